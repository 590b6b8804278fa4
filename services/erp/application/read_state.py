"""Use case: everything a subscriber needs to start from, for the orders of one partition."""

from collections.abc import AsyncIterator, Callable, Sequence

from services.erp.domain.commercial import CommercialOrder
from services.erp.domain.keys import CommercialKey, OrderKey
from services.erp.domain.order import ProductionOrder
from services.erp.ports import Books, PostingRecord


async def read_state(
    books: Books, wanted: Callable[[OrderKey], bool]
) -> AsyncIterator[tuple[Sequence[ProductionOrder], Sequence[PostingRecord]]]:
    """Some orders at a time, each as the ERP last said, with all their postings in lane order."""
    orders = await books.orders.walk(None)
    while orders:
        chosen = [order for order in orders if wanted(order.key)]
        if chosen:
            yield chosen, await books.postings.of_orders([order.key for order in chosen])
        orders = await books.orders.walk(orders[-1].key)


async def read_commercial_state(
    books: Books, wanted: Callable[[CommercialKey], bool]
) -> AsyncIterator[Sequence[CommercialOrder]]:
    """Some sales and purchase orders at a time, each as its ERP last said."""
    orders = await books.commercial.walk(None)
    while orders:
        if chosen := [order for order in orders if wanted(order.key)]:
            yield chosen
        orders = await books.commercial.walk(orders[-1].key)
