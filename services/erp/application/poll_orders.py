"""Use case: what changed in an ERP is read, kept as it came, and taken order by order."""

from dataclasses import dataclass

from services.erp.application.take_order import take_order
from services.erp.domain.codes import UnmappedCodeError
from services.erp.ports import Books, Inbox, Marks, OrderFeed, RawOrder, Steward


@dataclass(frozen=True, slots=True)
class Desk:
    """Where orders arrive: kept by `inbox`, known by `books`; `steward` hears of unmapped codes."""

    inbox: Inbox
    marks: Marks
    books: Books
    steward: Steward


async def poll_orders(system: str, erp: OrderFeed, desk: Desk) -> None:
    """Read to the end of what changed; safe to repeat and to break off anywhere.

    The ERP repeats an overlap each time; what came before with the same content is dropped. Raises
    UnavailableError when the ERP or the database does not answer.
    """
    inbox, marks = desk.inbox, desk.marks

    async def take(order: RawOrder) -> None:
        try:
            await take_order(desk.books, system, erp.read_order(order.content))
        except UnmappedCodeError as error:
            desk.steward.ask(error.question)
            raise

    await inbox.replay(take)
    mark, more = await marks.get(system), True
    while more:
        changes = await erp.list_orders(mark)
        await inbox.receive(changes.orders, take)
        mark, more = changes.mark, changes.more
        await marks.put(system, mark)
