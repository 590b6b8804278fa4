"""What a ledger has: stock by item and lot (it knows no status), and yields by order."""

import datetime as dt
from typing import TypeVar

from msgspec import Struct

from services.erp.adapters.ledger.counter import Answer, Counter
from services.erp.adapters.ledger.papers import read
from services.erp.adapters.ledger.terms import read_terms
from services.erp.domain.reading import DeliveryRow, Sheet, StockRow
from services.kit.errors import UnavailableError
from services.kit.lanes.systems import System

_Paper = TypeVar("_Paper", bound=Struct)


class Shelf(Struct):
    """Stock of an item and lot."""

    item: str
    lot: str
    unit: str
    quantity: str


class Shelves(Struct):
    """A page; `next` names its end, "" behind the last."""

    stock: list[Shelf]
    as_of: dt.datetime
    next: str = ""


class Made(Struct):
    """What an order has yielded."""

    order: str
    item: str
    unit: str
    quantity: str


class Deliveries(Struct):
    """A page of orders that are not closed."""

    orders: list[Made]
    as_of: dt.datetime
    next: str = ""


class LedgerReading:
    """ports.reading.ErpReading."""

    def __init__(self, system: System, key: str) -> None:
        terms = read_terms(system)
        self._page = terms.page
        self._counter = Counter(terms.url, key, terms.request_timeout, terms.parallel)

    async def read_stock(self, plant: str, after: str) -> Sheet[StockRow]:
        """By item and lot."""
        found = await self._ask(f"stock/{plant}", after, Shelves)
        rows = tuple(StockRow(one.item, one.lot, one.quantity, one.unit) for one in found.stock)
        return Sheet(rows, found.as_of, found.next)

    async def read_deliveries(self, plant: str, after: str) -> Sheet[DeliveryRow]:
        """By order."""
        found = await self._ask(f"deliveries/{plant}", after, Deliveries)
        rows = tuple(
            DeliveryRow(one.order, one.item, one.quantity, one.unit) for one in found.orders
        )
        return Sheet(rows, found.as_of, found.next)

    async def close(self) -> None:
        """Let go of connections."""
        await self._counter.close()

    async def _ask(self, path: str, after: str, kind: type[_Paper]) -> _Paper:
        query = {"limit": str(self._page), "after": after}
        answer = await self._counter.ask("GET", path, params=query)
        if not isinstance(answer, Answer):
            raise UnavailableError(answer.reason)
        found = read(answer.content, kind)
        if found is None:
            raise UnavailableError("the ledger answered with something else")
        return found
