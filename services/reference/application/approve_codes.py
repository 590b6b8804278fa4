"""Use case: a steward says what codes mean."""

from collections.abc import Sequence

from services.kit.errors import DomainError
from services.reference.application.put_master_data import MasterData, put_master_data
from services.reference.domain.code import CodeMapping
from services.reference.ports import Books


async def approve_codes(books: Books, mappings: Sequence[CodeMapping]) -> list[CodeMapping]:
    """The mappings as they hold now; what waited for them leaves the queue and is told.

    Raises InvalidError, NotFoundError or ConflictError naming `mappings[i]`.
    """
    try:
        await put_master_data(books, MasterData(code_mappings=mappings))
    except DomainError as error:
        error.field = error.field.removeprefix("code_")
        raise
    return await books.code_mappings.get([one.key for one in mappings])
