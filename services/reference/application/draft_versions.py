"""How mappings that a steward says become the next versions of their codes."""

from collections.abc import Sequence
from dataclasses import replace

from services.kit.errors import ConflictError, InvalidError, located
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.code_state import Status
from services.reference.domain.names import Key
from services.reference.ports import Books


async def draft_versions(
    books: Books, mappings: Sequence[CodeMapping], steward: str, *, part: str
) -> list[CodeMapping]:
    """Store those that nobody said yet as drafts of `steward`; the new ones.

    Raises InvalidError or ConflictError naming `part`[i].
    """
    known = by_code(await books.code_mappings.get([one.key for one in mappings]))
    new: list[CodeMapping] = []
    seen: set[Key] = set()
    for place, mapping in enumerate(mappings):
        with located(f"{part}[{place}]"):
            if mapping.key in seen:
                raise InvalidError(f"{'/'.join(mapping.key)} comes twice", code="duplicate")
            seen.add(mapping.key)
            if draft := _draft(mapping, known.get(mapping.key, []), steward):
                new.append(draft)
    if new:
        await books.code_mappings.put(new)
    return new


def by_code(versions: Sequence[CodeMapping]) -> dict[Key, list[CodeMapping]]:
    """Versions of each code, oldest first."""
    found: dict[Key, list[CodeMapping]] = {}
    for one in versions:
        found.setdefault(one.key, []).append(one)
    return found


def version_of(versions: Sequence[CodeMapping], number: int, field: str) -> CodeMapping:
    """The one of that number; raises ConflictError naming `field` when there is none."""
    for one in versions:
        if one.version == number:
            return one
    raise ConflictError(
        f"this code has no version {number}",
        code="unknown_version",
        field=field,
        hint=f"it has {len(versions)} versions, counted from 1",
    )


def _draft(
    mapping: CodeMapping, versions: Sequence[CodeMapping], steward: str
) -> CodeMapping | None:
    if mapping.version not in (0, len(versions)):
        raise ConflictError(
            f"{'/'.join(mapping.key)} is at version {len(versions)}, not {mapping.version}",
            code="stale_version",
            field="version",
            hint="read it again, and decide anew",
        )
    if any(one.said == mapping.said for one in versions if one.status is not Status.RETIRED):
        return None
    if mapping.replaces:
        version_of(versions, mapping.replaces, "replaces")
    return replace(
        mapping, version=len(versions) + 1, status=Status.DRAFT, steward=steward, approver=""
    )
