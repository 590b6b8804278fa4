"""Use case: everything a subscriber needs to start from, for what is of one partition."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from services.mes.application.find import lots_of_orders
from services.mes.domain.confirmation import Booked
from services.mes.domain.events import (
    ConfirmationReversed,
    Fact,
    HoldsInherited,
    LotProduced,
    OperationConfirmed,
    WorkOrderCreated,
)
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.ports import Books

_HOLDS_AT_ONCE = 500


async def read_state(
    books: Books, wanted: Callable[[OrderKey | LotKey], bool]
) -> AsyncIterator[list[Fact]]:
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
            part += confirmed(booked.get(key, []), order.plan.item_no)
        if part:
            yield part
        orders = await books.orders.walk(orders[-1].key)
    held = [hold for hold in await books.lots.inherited() if wanted(hold.lot)]
    for start in range(0, len(held), _HOLDS_AT_ONCE):
        yield [HoldsInherited(one.lot, [one]) for one in held[start : start + _HOLDS_AT_ONCE]]


def confirmed(booked: Sequence[Booked], item_no: str) -> Iterator[Fact]:
    """All of an order by number, as they were told; what was taken back too."""
    numbers = {one.no: one for one in booked}
    for one in booked:
        if one.reverses:
            yield ConfirmationReversed(one, numbers[one.reverses], item_no)
        else:
            yield OperationConfirmed(one, item_no)
