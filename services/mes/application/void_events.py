"""Use case: what was reported turns out not to have happened, and is no ground for an edge."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Booked, Confirmation
from services.mes.domain.genealogy import Material, Record, Taken, standing
from services.mes.domain.keys import LotKey, OrderKey, ReportKey
from services.mes.domain.lot import Lot
from services.mes.domain.order import WorkOrder
from services.mes.domain.voiding import Void
from services.mes.ports import Books


async def void_confirmations(books: Books, voids: Sequence[Void]) -> None:
    """Declare confirmations void: the edges that only they stood for are struck out, none deleted.

    Lots and order progress are the caller's, who holds the locks of the orders. Safe to repeat.
    """
    booked = await books.confirmations.find({void.event for void in voids})
    orders = {key: one.report.order for key, one in booked.items()}
    await books.genealogy.declare(voids, orders)
    because: dict[OrderKey, str] = {}
    for void in voids:
        if void.event in orders:
            because.setdefault(orders[void.event], void.event.id)
    await settle(books, await books.orders.get(set(because)), because)


async def settle(
    books: Books, orders: Mapping[OrderKey, WorkOrder], because: Mapping[OrderKey, str]
) -> int:
    """Make the edges of these orders what their reports stand for; how many there are then."""
    expected = await _weave(books, orders.values())
    found: defaultdict[OrderKey, list[Record]] = defaultdict(list)
    for record in await books.genealogy.recorded(list(orders)):
        found[record.edge.link.order].append(record)
    wanted = {record.key for record in expected}
    for key in sorted(found):
        surplus = [record for record in found[key] if record.key not in wanted]
        await books.genealogy.strike(surplus, because.get(key, ""))
    await books.genealogy.add(expected)
    return len(expected)


async def _weave(books: Books, orders: Collection[WorkOrder]) -> list[Record]:
    booked = await books.confirmations.of_orders([order.key for order in orders])
    told = [one.report for reports in booked.values() for one in reports]
    void = await books.genealogy.voided({report.key for report in told})
    lots = await books.lots.get(set(_named(orders, told)))
    return [
        record
        for order in orders
        for record in standing(_records(order, booked.get(order.key, ()), void, lots))
    ]


def _named(orders: Iterable[WorkOrder], told: Iterable[Confirmation]) -> Iterable[LotKey]:
    materials = {order.key: Material(order.key, order.plan.item_no) for order in orders}
    for report in told:
        yield from (lot for _, lot, _ in report.lots_consumed)
        if target := materials[report.order].target(report):
            yield target


def _records(
    order: WorkOrder,
    booked: Iterable[Booked],
    void: Collection[ReportKey],
    lots: Mapping[LotKey, Lot],
) -> Iterable[Record]:
    material = Material(order.key, order.plan.item_no)
    for one in booked:
        if one.report.key not in void:
            yield from material.weave(one.report, *amounts(material, one.report, lots))


def amounts(
    material: Material, report: Confirmation, lots: Mapping[LotKey, Lot]
) -> tuple[Taken, Quantity | None]:
    """What a report took of each lot and made, in the units of the lots."""
    taken = [(lot, amount.to(lots[lot].unit)) for _, lot, amount in report.lots_consumed]
    target = material.target(report)
    if target is None or not report.good.value:
        return taken, None
    unit = lots[target].unit
    return taken, report.into(unit).to(unit)
