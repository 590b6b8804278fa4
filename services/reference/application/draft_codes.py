"""Use case: a steward drafts what codes shall mean."""

from collections.abc import Sequence

from services.kit.errors import DomainError
from services.reference.application.draft_versions import by_code
from services.reference.application.put_master_data import put_master_data
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.code_state import Status
from services.reference.domain.master_data import MasterData
from services.reference.ports import Books


async def draft_codes(
    books: Books, mappings: Sequence[CodeMapping], steward: str
) -> list[CodeMapping]:
    """The version of each code that says what was asked for: a new draft, or what stood there.

    Raises InvalidError, NotFoundError or ConflictError naming `mappings[i]`.
    """
    try:
        await put_master_data(books, MasterData(code_mappings=mappings), steward=steward)
    except DomainError as error:
        error.field = error.field.removeprefix("code_")
        raise
    known = by_code(await books.code_mappings.get([one.key for one in mappings]))
    return [
        next(
            one
            for one in reversed(known[mapping.key])
            if one.said == mapping.said and one.status is not Status.RETIRED
        )
        for mapping in mappings
    ]
