"""Use case: everything a subscriber needs to start from, for the orders of one partition."""

from collections.abc import AsyncIterator, Callable

from services.mes.application.find import lots_of_orders
from services.mes.domain.events import Fact, LotProduced, OperationConfirmed, WorkOrderCreated
from services.mes.domain.keys import OrderKey
from services.mes.ports import Books


async def read_state(books: Books, wanted: Callable[[OrderKey], bool]) -> AsyncIterator[list[Fact]]:
    """A part for some orders at a time: each order as it is, its lots, all its confirmations."""
    orders = await books.orders.walk(None)
    while orders:
        chosen = {order.key: order for order in orders if wanted(order.key)}
        lots = await lots_of_orders(books, list(chosen))
        booked = await books.confirmations.of_orders(list(chosen))
        part: list[Fact] = []
        for key, order in chosen.items():
            part.append(WorkOrderCreated(order))
            part += [LotProduced(lot, key) for lot in lots[key] if lot.produced]
            part += [OperationConfirmed(one, order.plan.item_no) for one in booked.get(key, [])]
        if part:
            yield part
        orders = await books.orders.walk(orders[-1].key)
