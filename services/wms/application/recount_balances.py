"""Use case: balances are held against the movements they are folded from."""

from collections.abc import Sequence
from typing import NamedTuple

from services.kit.paging import Cut, Listing, Page
from services.wms.domain.keys import LotKey
from services.wms.ports import Books, Drift

LISTING = Listing("wms.recount", (str, str, str))


class Recount(NamedTuple):
    """Some lots, what is wrong with them, and where to go on; "" after the last."""

    lots: int
    drifts: Sequence[Drift]
    cursor: str


async def recount_balances(books: Books, after: LotKey | None, *, repair: bool = False) -> Recount:
    """Fold the movements of the next few hundred lots; with `repair` the fold is written.

    These lots are locked meanwhile, so that writers of the others go on. A repair tells nobody:
    who keeps a copy takes a snapshot.
    """
    lots = await books.lots.walk(after)
    if not lots:
        return Recount(0, (), "")
    await books.lots.open(lots)
    drifts = await books.balances.recount(lots)
    if repair and drifts:
        await books.balances.repair(drifts, books.clock.now())
    cut: Cut[LotKey] = Page(LISTING, len(lots)).cut(lots, tuple)
    return Recount(len(lots), drifts, cut.end_cursor)
