"""Use case: quality's holds take effect on lots here, and pass on to what is made of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.mes.domain.events import HoldsInherited
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey
from services.mes.domain.lot import Lot
from services.mes.ports import Books


async def apply_holds(books: Books, holds: Sequence[Hold]) -> list[str]:
    """Apply or lift each; when this commits, nothing that a hold blocks is done any more.

    A lot nobody reported yet is known from now on. The hold numbers, in force or lifted.
    """
    await books.lots.open({hold.lot for hold in holds})
    await books.lots.hold(holds)
    return sorted({hold.hold_no for hold in holds})


async def inherit_holds(
    books: Books, lots: dict[LotKey, Lot], links: Iterable[tuple[LotKey, LotKey]]
) -> None:
    """What is made of a held lot is held too, with whatever was made of it in turn; it is told.

    `links` lead from source to target, both locked and in `lots`. Children are locked a level at a
    time: an edge needs the lock of its source, so none appears behind us.
    """
    pending = list(links)
    while passed := [hold for link in pending for hold in _pass_on(lots, *link)]:
        await books.lots.hold(passed)
        _tell(books, passed)
        below = await books.genealogy.children({hold.lot for hold in passed})
        lots |= await books.lots.open(
            {child for children in below.values() for child in children} - lots.keys()
        )
        pending = [(lot, child) for lot, children in below.items() for child in children]


def _pass_on(lots: dict[LotKey, Lot], source: LotKey, target: LotKey) -> list[Hold]:
    lot = lots[target]
    new = {no: hold for no, hold in lots[source].holds.items() if no not in lot.holds}
    lot.holds |= new
    return [
        Hold(no, target, active=True, version=hold.version, source=source, blocks=hold.blocks)
        for no, hold in new.items()
    ]


def _tell(books: Books, passed: Sequence[Hold]) -> None:
    by_lot: defaultdict[LotKey, list[Hold]] = defaultdict(list)
    for hold in passed:
        by_lot[hold.lot].append(hold)
    for lot in sorted(by_lot):
        books.facts.tell(HoldsInherited(lot, by_lot[lot]))
