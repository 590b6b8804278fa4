"""Use case: what finance has made possible to value is booked, without a restart."""

from services.erp.application.book_movements import book_released
from services.erp.application.settle_orders import settle_orders
from services.erp.domain.keys import OrderKey
from services.erp.ports.accounting import Accounts, ParkedDocument
from services.kit.clock import Clock


async def release_parked(accounts: Accounts, after: int, clock: Clock) -> int:
    """Some of what waits behind `after`, oldest first; the last one's number, 0 at the end."""
    documents = await accounts.queue.take(after)
    if not documents:
        return 0
    movements = [one.movement for one in documents if one.movement]
    booked = await book_released(accounts, movements, clock) if movements else set()
    orders = {_order(one) for one in documents if not one.movement}
    waiting = await settle_orders(accounts, orders, clock) if orders else set()
    await accounts.queue.drop(
        [
            one.id
            for one in documents
            if (one.movement.key in booked if one.movement else _order(one) not in waiting)
        ]
    )
    return documents[-1].id


def _order(document: ParkedDocument) -> OrderKey:
    return OrderKey(document.plant, document.reference)
