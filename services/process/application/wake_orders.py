"""Use case: somebody removed a cause, and the orders that waited for it try again."""

from collections.abc import Sequence
from datetime import datetime

from services.process.domain.keys import OrderKey
from services.process.ports import Books


async def wake_orders(books: Books, orders: Sequence[OrderKey], now: datetime) -> int:
    """What was refused of these is open again, and the sweeper wakes them at once; how many."""
    return len(await books.flows.call({order.flow for order in orders}, now))
