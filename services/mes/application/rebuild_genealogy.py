"""Use case: the genealogy of production is made anew from the confirmations it follows from."""

from services.mes.application.void_events import settle
from services.mes.ports import Books


async def rebuild_genealogy(books: Books) -> int:
    """Add what is missing and strike out what nothing stands for; how many edges there are then.

    What is void stays void. Confirmations wait meanwhile.
    """
    await books.genealogy.alone()
    edges = 0
    orders = await books.orders.walk(None)
    while orders:
        edges += await settle(books, {order.key: order for order in orders}, {})
        orders = await books.orders.walk(orders[-1].key)
    return edges
