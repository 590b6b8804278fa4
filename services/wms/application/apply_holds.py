"""Use case: quality's holds take effect on stock."""

from collections.abc import Sequence

from services.wms.domain.hold import Hold
from services.wms.ports import Books


async def apply_holds(books: Books, holds: Sequence[Hold]) -> list[str]:
    """Apply or lift each; when this commits, no movement that a hold forbids happens any more.

    A lot that nobody moved yet is held too. The hold numbers, in force or lifted.
    """
    await books.lots.open({hold.lot for hold in holds})
    await books.lots.hold(holds)
    return sorted({hold.hold_no for hold in holds})
