"""Use case: the genealogy is made anew from the confirmations it follows from."""

from collections.abc import Sequence

from services.mes.domain.confirmation import Booked
from services.mes.domain.genealogy import Edge, Material, merge
from services.mes.ports import Books


async def rebuild_genealogy(books: Books) -> int:
    """Replace every edge; how many there are then. Confirmations wait meanwhile."""
    await books.genealogy.clear()
    edges = 0
    orders = await books.orders.walk(None)
    while orders:
        booked = await books.confirmations.of_orders([order.key for order in orders])
        woven: list[Edge] = []
        for order in orders:
            material = Material(order.key, order.plan.item_no)
            woven += await _weave(books, material, booked.get(order.key, []))
        await books.genealogy.add(merge(woven))
        edges += len(merge(woven))
        orders = await books.orders.walk(orders[-1].key)
    return edges


async def _weave(books: Books, material: Material, booked: Sequence[Booked]) -> list[Edge]:
    lots = await books.lots.get({lot for one in booked for _, lot, _ in one.report.lots_consumed})
    return [
        edge
        for one in booked
        for edge in material.weave(
            one.report,
            [(lot, amount.to(lots[lot].unit)) for _, lot, amount in one.report.lots_consumed],
        )
    ]
