"""Use cases: the scopes of holds are watched here, and stock that comes under one is held.

The guarantee: from the commit of `apply_scopes` on, no stock that falls under the scope, by what
its receipt says, is there unheld. A receipt enters before it locks anything, a scope is kept when
all who have entered are through: what was received first is found by `list_scope_lots`, and held as
lots are that are named; what is received later is held before anything of its batch moves. Mes
knows more (equipment, or an order whose lots are received without its number): what it holds is
applied by process before the first yield is received here.
"""

from collections.abc import Sequence

from services.kit.paging import Cut, Listing, Page
from services.wms.application.apply_holds import lock_with_below
from services.wms.domain.keys import LotKey
from services.wms.domain.movement import Movement
from services.wms.domain.scope import COMING, Scope
from services.wms.ports import Books


async def apply_scopes(books: Books, scopes: Sequence[Scope]) -> list[str]:
    """Watch each, or not any more; the hold numbers."""
    await books.scopes.apply(scopes)
    return sorted({scope.hold_no for scope in scopes})


def listing_of_scope(plant: str, hold_no: str) -> Listing:
    """What came under the scope of a hold, by item and number."""
    return Listing(f"wms.scope_lots/{plant}/{hold_no}", (str, str))


async def list_scope_lots(books: Books, plant: str, hold_no: str, page: Page) -> Cut[LotKey]:
    """One page of what came under it, or is held for it."""
    rows = await books.scopes.page(plant, hold_no, page)
    return page.cut(rows, lambda lot: (lot.item_no, lot.lot_no))


async def enter(books: Books, movements: Sequence[Movement]) -> Sequence[Scope]:
    """The scopes that movements which bring lots may fall under; none where none does."""
    plants = {one.lot.plant for one in movements if one.type in COMING}
    return await books.scopes.enter(plants) if plants else ()


async def catch(books: Books, movements: Sequence[Movement], scopes: Sequence[Scope]) -> None:
    """Hold what comes under a scope, with what became of its lot, before any of them is moved."""
    holds = [scope.hold(one) for scope in scopes for one in movements if scope.covers(one)]
    if holds:
        await lock_with_below(books, {lot for one in movements for lot in one.lots})
        await books.lots.hold(holds, inherited=True)
