"""Use case: what changed in an ERP is read, kept as it came, and taken order by order."""

from dataclasses import dataclass
from datetime import datetime

from services.erp.application.take_order import take_order
from services.erp.ports import Books, Inbox, Marks, OrderFeed, RawOrder, Sources, Take
from services.kit.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class Desk:
    """Where orders arrive: kept by `inbox`, known by `books`; `sources` show who was heard."""

    inbox: Inbox
    marks: Marks
    books: Books
    sources: Sources


async def poll_orders(system: str, erp: OrderFeed, desk: Desk) -> None:
    """Read to the end of what changed; safe to repeat and to break off anywhere.

    The ERP repeats an overlap each time; what came before with the same content is dropped. Raises
    UnavailableError when the ERP or the database does not answer.
    """
    times: list[datetime] = []

    async def take(order: RawOrder) -> None:
        document = erp.read_order(order.content)
        times.append(document.as_of)
        await take_order(desk.books, system, document)

    await desk.inbox.replay(take)
    times.clear()
    try:
        await _read_on(system, erp, desk, take)
    except UnavailableError as error:
        await desk.sources.silent(system, str(error))
        raise
    await desk.sources.heard(system, max(times, default=None))


async def _read_on(system: str, erp: OrderFeed, desk: Desk, take: Take) -> None:
    mark, more = await desk.marks.get(system), True
    while more:
        changes = await erp.list_orders(mark)
        await desk.inbox.receive(changes.orders, take)
        mark, more = changes.mark, changes.more
        await desk.marks.put(system, mark)
