"""Use case: what changed in an ERP is read kind by kind, kept as it came, and taken one by one."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from services.erp.application.take_commercial import take_commercial
from services.erp.application.take_order import take_order
from services.erp.domain.keys import Trade
from services.erp.ports import Books
from services.erp.ports.feeds import (
    CommercialFeed,
    Feed,
    Feeds,
    Inbox,
    Marks,
    NotRead,
    RawOrder,
    Sources,
    Take,
)
from services.erp.ports.mapping import PRODUCTION
from services.kit.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class Desk:
    """Where orders arrive: kept by the inbox of their system and kind, known by `books`."""

    inbox: Callable[[str, str], Inbox]
    marks: Marks
    books: Books
    sources: Sources


@dataclass(frozen=True, slots=True)
class _Reading:
    """A kind of an ERP's orders, and the use case that takes each."""

    kind: str
    feed: Feed[Any]
    take: Callable[[Books, str, Any], Awaitable[None]]


async def poll_orders(system: str, erp: Feeds, desk: Desk) -> None:
    """Read each kind to the end of what changed; safe to repeat and to break off anywhere.

    The ERP repeats an overlap each time; what came before with the same content is dropped. Where
    one kind cannot be read the others are, unless it is the production orders: then the ERP is
    away. Raises UnavailableError when it or the database does not answer.
    """
    times: list[datetime] = []
    silent: list[UnavailableError] = []
    for reading in _readings(erp):
        await desk.inbox(system, reading.kind).replay(_taking(system, reading, desk.books, []))
        try:
            await _read_on(system, reading, desk, _taking(system, reading, desk.books, times))
        except UnavailableError as error:
            silent.append(error)
            if reading.kind == PRODUCTION:
                break
    if silent:
        await desk.sources.silent(system, "; ".join(map(str, silent)))
        raise silent[0]
    not_read = {
        str(trade): feed.reason for trade, feed in _trades(erp) if isinstance(feed, NotRead)
    }
    await desk.sources.heard(system, max(times, default=None), not_read)


def _readings(erp: Feeds) -> Iterator[_Reading]:
    """Production orders first; what the ERP does not offer is not asked for."""
    yield _Reading(PRODUCTION, erp, take_order)
    for trade, feed in _trades(erp):
        if not isinstance(feed, NotRead):
            yield _Reading(trade, feed, partial(take_commercial, trade))


def _trades(erp: Feeds) -> tuple[tuple[Trade, CommercialFeed | NotRead], ...]:
    return (Trade.SALES, erp.sales_orders), (Trade.PURCHASE, erp.purchase_orders)


def _taking(system: str, reading: _Reading, books: Books, times: list[datetime]) -> Take:
    """Takes a raw order, and notes when the ERP changed it."""

    async def take(order: RawOrder) -> None:
        document = reading.feed.read_order(order.content)
        times.append(document.as_of)
        await reading.take(books, system, document)

    return take


async def _read_on(system: str, reading: _Reading, desk: Desk, take: Take) -> None:
    mark, more = await desk.marks.get(system, reading.kind), True
    while more:
        changes = await reading.feed.list_orders(mark)
        if changes.more and changes.mark == mark:
            raise UnavailableError(f"{system} tells the same page again and again")
        await desk.inbox(system, reading.kind).receive(changes.orders, take)
        mark, more = changes.mark, changes.more
        await desk.marks.put(system, reading.kind, mark)
