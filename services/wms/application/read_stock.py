"""Use cases: reads, a batch at a time."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import NamedTuple

from services.kit.paging import Cut, Listing, Page
from services.wms.domain.hold import Restraint
from services.wms.domain.keys import ItemKey, LotKey, OrderKey
from services.wms.domain.stock import Balance
from services.wms.ports import Books, Numbered


class LotStock(NamedTuple):
    """What is left of a lot, by location and status, and the holds in force on it here."""

    lot: LotKey
    balances: Sequence[Balance]
    holds: Sequence[Restraint]


async def stock_of_lots(books: Books, lots: Collection[LotKey]) -> list[LotStock]:
    """Each lot in the order given, known or not."""
    balances = await books.balances.of_lots(lots)
    holds = await books.lots.holds(lots)
    return [LotStock(lot, balances.get(lot, []), holds.get(lot, [])) for lot in lots]


async def stock_of_orders(
    books: Books, orders: Collection[OrderKey]
) -> dict[OrderKey, list[Balance]]:
    """What is left of the lots made for each order, by lot, location and status."""
    made = await books.movements.made(orders)
    balances = await books.balances.of_lots({lot for lots in made.values() for lot in lots})
    return {
        order: [one for lot in sorted(made.get(order, ())) for one in balances.get(lot, [])]
        for order in orders
    }


async def stock_of_items(books: Books, items: Collection[ItemKey]) -> dict[ItemKey, list[Balance]]:
    """What is left of each item, in the order given, by lot and the rest of the place."""
    balances = await books.balances.of_items(items)
    return {item: balances.get(item, []) for item in items}


def listing_of_balances(plant: str, item_no: str) -> Listing:
    """The balances of a plant, or of one item there, by place."""
    return Listing(f"wms.balances/{plant}/{item_no}", (str, str, str, str, str, str))


def listing_of_movements(plant: str) -> Listing:
    """The movements of a plant, as they were recorded."""
    return Listing(f"wms.movements/{plant}", (int,))


async def list_balances(books: Books, plant: str, item_no: str, page: Page) -> Cut[Balance]:
    """One page of a plant's balances."""
    rows = await books.balances.page(plant, item_no, page)
    return page.cut(rows, lambda row: (*row.place.lot[1:], *row.place[1:]))


async def list_movements(books: Books, plant: str, page: Page) -> Cut[Numbered]:
    """One page of a plant's movements."""
    rows = await books.movements.page(plant, page)
    return page.cut(rows, lambda row: (row.no,))


async def read_state(
    books: Books, wanted: Callable[[LotKey], bool]
) -> AsyncIterator[list[Balance]]:
    """Everything a subscriber needs to start from, for the lots of one partition."""
    rows = await books.balances.walk(None)
    while rows:
        if part := [row for row in rows if wanted(row.place.lot)]:
            yield part
        rows = await books.balances.walk(rows[-1].place)
