"""What a Tryton has: stock in a warehouse's storage by product and lot, and outputs by production.

It tells no status apart: what is blocked here lies in the same place there.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from services.erp.adapters.row import trusting
from services.erp.adapters.tryton import records
from services.erp.adapters.tryton.books import Books, read
from services.erp.adapters.tryton.outcomes import StoppedError, unavailable
from services.erp.adapters.tryton.records import Production, Unit
from services.erp.adapters.tryton.session import Session
from services.erp.adapters.tryton.terms import read_terms
from services.erp.adapters.tryton.values import plain
from services.erp.domain.reading import DeliveryRow, Sheet, StockRow
from services.kit.clock import SystemClock
from services.kit.errors import NotFoundError
from services.kit.lanes.systems import System


class _Place(Struct):
    storage_location: int


class _Item(Struct):
    id: int
    code: str | None
    quantity: Decimal | None
    counted_in: Unit = field(name="default_uom.")


class _Lot(Struct):
    number: str
    product: int
    quantity: Decimal | None


class _Made(Struct):
    id: int
    code: str | None
    counted_in: Unit = field(name="default_uom.")


_UNIT = tuple(f"default_uom.{name}" for name in records.UNIT)
_FIELDS = ("code", "quantity", *_UNIT)
_ALL = ["active", "in", [True, False]]
"""Who is not active any more may still lie there."""
_BY_ID = [["id", "ASC"]]
_ENDED = ("done", "cancelled")
_NOTHING = Decimal(0)


class TrytonReading:
    """ports.reading.ErpReading; the last id of a page asks for the next."""

    def __init__(self, system: System, key: str) -> None:
        terms = read_terms(system)
        self._page = terms.page
        self._session = Session(terms, key, trusting(system, terms.ca_file))
        self._books = Books(self._session, terms)

    async def read_stock(self, plant: str, after: str) -> Sheet[StockRow]:
        """By product and lot, each in the product's default unit."""
        try:
            return await self._stock(plant, int(after or 0))
        except StoppedError as stopped:
            raise unavailable(stopped) from stopped

    async def read_deliveries(self, plant: str, after: str) -> Sheet[DeliveryRow]:
        """By production, what came out of it as good output and was not taken back."""
        try:
            return await self._deliveries(plant, int(after or 0))
        except StoppedError as stopped:
            raise unavailable(stopped) from stopped

    async def close(self) -> None:
        """Let go of connections."""
        await self._session.close()

    async def _stock(self, plant: str, after: int) -> Sheet[StockRow]:
        now = SystemClock().now()  # house: allow wall-clock - what it answers is of this moment
        here = {"locations": [await self._storage(plant)], "with_childs": True}
        items = await self._rows(
            "product.product", [["id", ">", after], _ALL], _FIELDS, _Item, **here
        )
        lots = defaultdict[int, list[_Lot]](list)
        wanted = [["product", "in", [one.id for one in items]], ["quantity", "!=", 0]]
        fields = ("number", "product", "quantity")
        found = await self._session.read(
            "stock.lot", "search_read", wanted, 0, None, _BY_ID, fields, **here
        )
        for lot in read(found, _Lot):
            lots[lot.product].append(lot)
        rows = [row for item in items for row in _rows_of(item, lots[item.id])]
        return Sheet(tuple(rows), now, self._next([one.id for one in items]))

    async def _deliveries(self, plant: str, after: int) -> Sheet[DeliveryRow]:
        now = SystemClock().now()  # house: allow wall-clock - what it answers is of this moment
        domain = [
            ["warehouse.code", "=", self._books.warehouse(plant)],
            ["state", "not in", _ENDED],
            ["company", "=", await self._session.company()],
            ["id", ">", after],
        ]
        orders = await self._rows("production", domain, records.PRODUCTION, Production)
        products = {one.product for one in orders}
        wanted = [["id", "in", sorted(products)], _ALL]
        items = {
            one.id: one
            for one in await self._books.search("product.product", wanted, ("code", *_UNIT), _Made)
        }
        units = {
            one.id: one
            for one in await self._books.search("product.uom", [_ALL], records.UNIT, Unit)
        }
        rows = [_delivery(one, items[one.product], units) for one in orders]
        return Sheet(tuple(rows), now, self._next([one.id for one in orders]))

    async def _storage(self, plant: str) -> int:
        code = self._books.warehouse(plant)
        domain = [["type", "=", "warehouse"], ["code", "=", code]]
        found = await self._books.search("stock.location", domain, ("storage_location",), _Place)
        if not found:
            raise NotFoundError(f"Tryton has no warehouse {code}", code="unknown_warehouse")
        return found[0].storage_location

    async def _rows(
        self, model: str, domain: list[Any], fields: tuple[str, ...], kind: type[Any], **here: Any
    ) -> list[Any]:
        rows = await self._session.read(
            model, "search_read", domain, 0, self._page, _BY_ID, fields, **here
        )
        return read(rows, kind)

    def _next(self, ids: list[int]) -> str:
        return str(ids[-1]) if len(ids) == self._page else ""


def _rows_of(item: _Item, lots: list[_Lot]) -> list[StockRow]:
    """Lots, and what lies there without one."""
    loose = (item.quantity or _NOTHING) - sum((lot.quantity or _NOTHING for lot in lots), _NOTHING)
    amounts = [(lot.number, lot.quantity or _NOTHING) for lot in lots] + [("", loose)]
    code, unit = item.code or "", item.counted_in.symbol
    return [StockRow(code, number, plain(amount), unit) for number, amount in amounts if amount]


def _delivery(order: Production, item: _Made, units: dict[int, Unit]) -> DeliveryRow:
    """In the product's default unit; units of one category convert by their factors."""
    base, waste = item.counted_in, {place.id for place in order.at.waste_locations}
    made = sum(
        (
            units[move.unit].convert(move.quantity, base)
            for move in order.outputs
            if move.state == "done"
            and move.product == order.product
            and move.to_location not in waste
        ),
        _NOTHING,
    )
    return DeliveryRow(order.order_no, item.code or "", plain(made), base.symbol)
