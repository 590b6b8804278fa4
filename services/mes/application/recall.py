"""Use case: a recall in one answer: from a lot to orders, supplier lots and customers."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from services.mes.application.trace import Start, Trace, Wish, trace_lots
from services.mes.domain.genealogy import Edge
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey
from services.mes.domain.passage import Receipt, Shipment
from services.mes.ports import Books

T = TypeVar("T")


class Recall(NamedTuple):
    """A trace, and what is known of its lots: where they came from and where they went."""

    trace: Trace
    receipts: Sequence[Receipt]
    shipments: Sequence[Shipment]
    edges: Sequence[Edge] = ()


async def recall(
    books: Books, starts: Sequence[Start], wish: Wish, *, edges: bool = False
) -> list[Recall]:
    """One for each start, with as many queries as for one."""
    traces = await trace_lots(books, starts, wish)
    places = {place for one in traces for place in one.places}
    receipts = _by(lambda one: one.lot, await books.traces.receipts(places))
    shipments = _by(lambda one: one.lot, await books.traces.shipments(places))
    arriving = await books.traces.edges(places, wish.direction) if edges else []
    links = _by(lambda step: step[1].link.ends(wish.direction)[1], arriving)
    found = []
    for one in traces:
        keys, family = [lot.key for lot in one.lots], set(one.family)
        steps = [edge for here, edge in _of(keys, links) if here in family]
        found.append(Recall(one, _of(keys, receipts), _of(keys, shipments), steps))
    return found


async def inherited_holds(books: Books, lots: Sequence[LotKey]) -> dict[LotKey, list[Hold]]:
    """In force on each or on anything it was made of."""
    return _by(lambda hold: hold.lot, await books.traces.holds(lots))


def _by(key: Callable[[T], LotKey], rows: Iterable[T]) -> dict[LotKey, list[T]]:
    found: dict[LotKey, list[T]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _of(keys: Iterable[LotKey], found: dict[LotKey, list[T]]) -> list[T]:
    return [row for key in keys for row in found.get(key, ())]
