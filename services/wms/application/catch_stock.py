"""Use case: stock that comes under the scope of a hold is held.

The guarantee: from the commit of a scope on, no stock that falls under it, by what its receipt
says, is there unheld. A receipt enters before it locks anything, a scope is kept when all who have
entered are through: what was received first is found by who lists the scope's lots, and held as
lots are that are named; what is received later is held before anything of its batch moves. Mes
knows more (equipment, or an order whose lots are received without its number): what it holds is
applied by process before the first yield is received here.
"""

from collections.abc import Sequence

from services.wms.application.apply_holds import lock_with_below
from services.wms.domain.movement import Movement
from services.wms.domain.scope import COMING, Scope
from services.wms.ports import Books


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
