"""Use cases: reads, a batch at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from services.kit.errors import NotFoundError
from services.kit.paging import Cut, Listing, Page
from services.mes.domain.confirmation import Booked
from services.mes.domain.keys import LotKey, OrderKey, ReportKey
from services.mes.domain.lot import ANY_LOT, Lot, Sought
from services.mes.domain.order import WorkOrder
from services.mes.ports import Books


def require_order(orders: Mapping[OrderKey, WorkOrder], key: OrderKey, *, field: str) -> WorkOrder:
    """The order of this key; raises NotFoundError naming `field`."""
    if order := orders.get(key):
        return order
    raise NotFoundError(
        f"there is no work order {key}",
        code="unknown_order",
        field=field,
        hint="orders arrive when the ERP releases them",
    )


def listing_of_orders(plant: str) -> Listing:
    """The orders of a plant, by number."""
    return Listing(f"mes.work_orders/{plant}", (str,))


def listing_of_lots(plant: str, sought: Sought = ANY_LOT) -> Listing:
    """The lots of a plant, by item and number."""
    return Listing(f"mes.lots/{plant}/{'/'.join(sought)}".rstrip("/"), (str, str))


def listing_of_confirmations(key: OrderKey) -> Listing:
    """The confirmations of an order, by number."""
    return Listing(f"mes.confirmations/{key}", (int,))


async def list_confirmations(books: Books, key: OrderKey, page: Page) -> Cut[Booked]:
    """One page of an order's confirmations."""
    return page.cut(await books.confirmations.page(key, page), lambda one: (one.no,))


async def operators(books: Books, booked: Iterable[Booked]) -> dict[ReportKey, str]:
    """The names behind the pseudonyms of these reports."""
    hidden: defaultdict[str, set[str]] = defaultdict(set)
    told = [one.report for one in booked if one.report.effort.operator]
    for report in told:
        hidden[report.order.plant].add(report.effort.operator)
    names = {plant: await books.people.names(plant, hidden[plant]) for plant in sorted(hidden)}
    return {one.key: names[one.order.plant].get(one.effort.operator, "") for one in told}


async def list_orders(books: Books, plant: str, page: Page) -> Cut[WorkOrder]:
    """One page of a plant's orders."""
    rows = await books.orders.page(plant, page)
    return page.cut(rows, lambda order: (order.key.order_no,))


async def list_lots(books: Books, plant: str, page: Page, sought: Sought = ANY_LOT) -> Cut[Lot]:
    """One page of a plant's lots."""
    rows = await books.lots.page(plant, page, sought)
    return page.cut(rows, lambda lot: (lot.key.item_no, lot.key.lot_no))


async def lots_of_orders(books: Books, keys: Sequence[OrderKey]) -> dict[OrderKey, list[Lot]]:
    """The lots made for each order, oldest first; in-process ones without a yield come last."""
    made = await books.genealogy.made(keys)
    lots = await books.lots.get({lot for made_for in made.values() for lot in made_for})
    return {key: sorted((lots[lot] for lot in made.get(key, ())), key=_age) for key in keys}


def _age(lot: Lot) -> tuple[bool, str, LotKey]:
    return (
        lot.produced_at is None,
        lot.produced_at.isoformat() if lot.produced_at else "",
        lot.key,
    )
