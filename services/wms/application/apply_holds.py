"""Use case: quality's holds take effect on stock, and on what became of it."""

from collections.abc import Sequence

from services.wms.domain.hold import Hold
from services.wms.domain.keys import LotKey
from services.wms.ports import Books


async def apply_holds(books: Books, holds: Sequence[Hold]) -> list[str]:
    """Apply or lift each; when this commits, no movement that a hold forbids happens any more.

    A lot that nobody moved yet is held too. Lots into which stock was relabelled or transferred
    inherit what holds their source: they are locked with it, a level at a time, for a link needs
    the lock of its source. The hold numbers, in force or lifted.
    """
    locked: set[LotKey] = set()
    below = {hold.lot for hold in holds}
    while new := below - locked:
        await books.lots.open(new)
        locked |= new
        below = await books.lots.children(new)
    await books.lots.hold(holds)
    return sorted({hold.hold_no for hold in holds})
