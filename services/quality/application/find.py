"""Use cases: reads, a batch at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from services.kit.errors import NotFoundError
from services.kit.paging import Cut, Listing, Page
from services.quality.domain.hold import Hold
from services.quality.domain.inspection import Inspection
from services.quality.domain.keys import LotKey, OrderKey
from services.quality.domain.result import Result
from services.quality.domain.status import LotStatus, status_of
from services.quality.ports import Books


class LotQuality(NamedTuple):
    """What quality says of a lot, and what that follows from: inspections, holds not lifted."""

    lot: LotKey
    status: LotStatus
    inspections: Sequence[Inspection]
    holds: Sequence[Hold]
    signed_by: str = ""
    """Who has signed for its release and waits for a second person."""


async def lot_quality(books: Books, lots: Sequence[LotKey]) -> list[LotQuality]:
    """Of each lot, also of one that nobody told us of."""
    inspections = await books.inspections.of_lots(lots)
    holds = await books.holds.on_lots(lots)
    excused = await books.submissions.excused(lots)
    said = await books.lots.get(lots)
    found = []
    for key in lots:
        mine, lot = inspections.get(key, ()), said.get(key)
        verdict = lot.verdict if lot else None
        status = status_of(mine, held=key in holds, excused=key in excused, verdict=verdict)
        signed_by = lot.signed_by if lot else ""
        found.append(LotQuality(key, status, mine, holds.get(key, ()), signed_by))
    return found


async def inspections_of_orders(
    books: Books, orders: Collection[OrderKey]
) -> dict[OrderKey, list[Inspection]]:
    """Of what each order made, oldest first."""
    made = await books.submissions.made(orders)
    found = await books.inspections.of_lots({lot for lots in made.values() for lot in lots})
    by_order: defaultdict[OrderKey, list[Inspection]] = defaultdict(list)
    for one in sorted(chain.from_iterable(found.values()), key=lambda one: one.id):
        by_order[one.key.order].append(one)
    return {order: by_order[order] for order in orders}


async def holds_of_orders(books: Books, orders: Collection[OrderKey]) -> dict[OrderKey, list[Hold]]:
    """Those not lifted that cover a lot of each order, each once, by number."""
    made = await books.submissions.made(orders)
    found = await books.holds.on_lots({lot for lots in made.values() for lot in lots})
    by_order: dict[OrderKey, list[Hold]] = {}
    for order in orders:
        holds = {hold.no: hold for lot in made.get(order, ()) for hold in found.get(lot, ())}
        by_order[order] = [holds[no] for no in sorted(holds)]
    return by_order


def require_inspection(
    inspections: Mapping[str, Inspection], no: str, *, field: str = "inspection_no"
) -> Inspection:
    """The inspection of this number; raises NotFoundError naming `field`."""
    if found := inspections.get(no):
        return found
    raise NotFoundError(
        f"there is no inspection {no}",
        code="unknown_inspection",
        field=field,
        hint="inspections are opened when output is confirmed; list those of the plant",
    )


def require_hold(holds: Mapping[str, Hold], no: str, *, field: str = "hold_no") -> Hold:
    """The hold of this number; raises NotFoundError naming `field`."""
    if found := holds.get(no):
        return found
    raise NotFoundError(f"there is no hold {no}", code="unknown_hold", field=field)


def listing_of_inspections(plant: str) -> Listing:
    """The inspections of a plant, oldest first."""
    return Listing(f"quality.inspections/{plant}", (int,))


def listing_of_results(inspection_no: str) -> Listing:
    """The results of an inspection, as they were recorded."""
    return Listing(f"quality.results/{inspection_no}", (int,))


def listing_of_holds(plant: str) -> Listing:
    """The holds of a plant, by number."""
    return Listing(f"quality.holds/{plant}", (str,))


def listing_of_lots(hold_no: str) -> Listing:
    """The lots of a hold, by item, number and plant."""
    return Listing(f"quality.hold_lots/{hold_no}", (str, str, str))


async def list_inspections(books: Books, plant: str, page: Page) -> Cut[Inspection]:
    """One page of a plant's inspections."""
    return page.cut(await books.inspections.page(plant, page), lambda one: (one.id,))


async def list_results(books: Books, inspection: Inspection, page: Page) -> Cut[tuple[int, Result]]:
    """One page of an inspection's results, each with its place."""
    return page.cut(await books.results.page(inspection, page), lambda placed: (placed[0],))


async def list_holds(books: Books, plant: str, page: Page) -> Cut[Hold]:
    """One page of a plant's holds."""
    return page.cut(await books.holds.page(plant, page), lambda one: (one.no,))


async def list_hold_lots(
    books: Books, hold_no: str, page: Page, plants: Collection[str] | None = None
) -> Cut[LotKey]:
    """One page of the lots a hold covers, in `plants` alone; None are all."""
    lots = await books.holds.lots(hold_no, page, plants)
    return page.cut(lots, lambda lot: (lot.item_no, lot.lot_no, lot.plant))
