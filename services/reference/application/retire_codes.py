"""Use case: mappings get an end, drafts are withdrawn."""

from collections.abc import Sequence
from datetime import datetime

from services.kit.errors import InvalidError, located
from services.reference.application.draft_versions import by_code, version_of
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.names import Key
from services.reference.ports import Books


async def retire_codes(
    books: Books, named: Sequence[tuple[Key, int]], until: datetime | None
) -> list[CodeMapping]:
    """Code and version each, answering nothing from `until` (None: now) on; as they are now.

    Raises ConflictError or InvalidError naming `versions[i]`.
    """
    await books.gate.enter()
    known = by_code(await books.code_mappings.get([key for key, _ in named]))
    end = until or books.clock.now()
    retired: list[CodeMapping] = []
    for place, (key, number) in enumerate(named):
        with located(f"versions[{place}]"):
            if (key, number) in named[:place]:
                raise InvalidError(f"{'/'.join(key)} {number} comes twice", code="duplicate")
            version = version_of(known.get(key, []), number, "mapping_version")
            retired.append(version.retire(end))
    await books.code_mappings.put(retired)
    for one in retired:
        books.facts.tell(one)
    return retired
