"""Use case: what changed in an ERP is read, kept as it came, and taken order by order."""

from services.erp.application.take_order import take_order
from services.erp.ports import Books, Inbox, Marks, OrderFeed, RawOrder


async def poll_orders(
    system: str, erp: OrderFeed, inbox: Inbox, marks: Marks, books: Books
) -> None:
    """Read to the end of what changed; safe to repeat and to break off anywhere.

    The ERP repeats an overlap each time; what came before with the same content is dropped. Raises
    UnavailableError when the ERP or the database does not answer.
    """

    async def take(order: RawOrder) -> None:
        await take_order(books, system, erp.read_order(order.content))

    await inbox.replay(take)
    mark, more = await marks.get(system), True
    while more:
        changes = await erp.list_orders(mark)
        await inbox.receive(changes.orders, take)
        mark, more = changes.mark, changes.more
        await marks.put(system, mark)
