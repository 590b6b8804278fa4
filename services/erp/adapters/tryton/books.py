"""Tryton's own books of an order, read anew before every step."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from services.erp.adapters.tryton import records
from services.erp.adapters.tryton.outcomes import StoppedError, rejected
from services.erp.adapters.tryton.records import Lot, Note, Product, Production, Unit
from services.erp.adapters.tryton.session import Session
from services.erp.adapters.tryton.terms import Terms
from services.erp.adapters.tryton.values import Day
from services.erp.domain.document import PostingDocument
from services.kit.lanes.outcome import Unavailable

_Record = TypeVar("_Record")
OrderAt = tuple[str, str]
"""Plant and order number."""
LotAt = tuple[int, str]
"""Product and number."""


class Books:
    """What there is to read. All calls raise StoppedError."""

    def __init__(self, session: Session, terms: Terms) -> None:
        self.session = session
        self._terms = terms

    def warehouse(self, plant: str) -> str:
        """Its code."""
        return self._terms.warehouses.get(plant, plant)

    async def orders(self, wanted: Collection[OrderAt]) -> dict[OrderAt, list[Production]]:
        """The productions of each order; two where somebody split it."""
        codes = sorted({self.warehouse(plant) for plant, _ in wanted})
        numbers = sorted({order_no for _, order_no in wanted})
        domain = [
            ["warehouse.code", "in", codes],
            ["company", "=", await self.session.company()],
            ["OR", ["reference", "in", numbers], ["number", "in", numbers]],
        ]
        found = await self.search("production", domain, records.PRODUCTION, Production)
        return {
            (plant, order_no): [
                one
                for one in found
                if (one.at.code, one.order_no) == (self.warehouse(plant), order_no)
            ]
            for plant, order_no in wanted
        }

    async def order(self, posting: PostingDocument) -> Production:
        """The one that a posting is for."""
        at = posting.plant, posting.order_no
        found = (await self.orders([at]))[at]
        if not found:
            raise rejected(f"Tryton has no order {at[1]}", "order.order_no", "unknown_order")
        if len(found) > 1:
            reason = f"Tryton has {len(found)} productions called {at[1]}"
            raise rejected(reason, "order.order_no", "ambiguous_order")
        return found[0]

    async def notes(self, orders: Iterable[Production], messages: Collection[str]) -> list[Note]:
        """Notes of these words on productions and their moves, oldest first."""
        resources = [
            name
            for order in orders
            for name in (order.name, *map(of_move, (m.id for m in order.inputs + order.outputs)))
        ]
        domain = [["message", "in", sorted(messages)], ["resource", "in", resources]]
        return await self.search("ir.note", domain, records.NOTE, Note) if resources else []

    async def products(self, codes: Collection[str]) -> list[Product]:
        """By item number."""
        domain = [["code", "in", sorted(codes)]]
        return await self.search("product.product", domain, records.PRODUCT, Product)

    async def units(self, symbols: Collection[str]) -> list[Unit]:
        """By symbol; one symbol may name several."""
        domain = [["symbol", "in", sorted(symbols)]]
        return await self.search("product.uom", domain, records.UNIT, Unit)

    async def lots(self, wanted: Collection[LotAt]) -> dict[LotAt, int]:
        """Those that exist; the oldest where there are several."""
        domain = [
            ["product", "in", sorted({product for product, _ in wanted})],
            ["number", "in", sorted({number for _, number in wanted})],
        ]
        found = await self.search("stock.lot", domain, records.LOT, Lot)
        return {(lot.product, lot.number): lot.id for lot in reversed(found)}

    async def lies(self, model: str, id: int, place: int) -> Any:
        """How much of a lot or product lies at a place, in the product's unit."""
        here = {"locations": [place], "with_childs": True}
        [row] = await self.session.read(model, "read", [id], ["quantity"], **here)
        return row["quantity"] or 0

    async def is_closed(self, day: Day, company: int) -> bool:
        """Whether the stock's books are closed for a day."""
        domain = [["state", "=", "closed"], ["company", "=", company], ["date", ">=", day]]
        found = await self.session.read("stock.period", "search", domain, 0, 1, None)
        return bool(found)

    async def search(
        self, model: str, domain: Sequence[Any], fields: Sequence[str], kind: type[_Record]
    ) -> list[_Record]:
        """Every record that fits, oldest first."""
        order = [["id", "ASC"]]
        rows = await self.session.read(model, "search_read", domain, 0, None, order, fields)
        return read(rows, kind)


def of_move(id: int) -> str:
    """A move as the resource of a note."""
    return f"stock.move,{id}"


def read(rows: Any, kind: type[_Record]) -> list[_Record]:
    """Raises StoppedError when they are something else."""
    try:
        return [msgspec.convert(row, kind) for row in msgspec.convert(rows, list)]
    except msgspec.ValidationError as error:
        raise StoppedError(Unavailable(f"Tryton answered with something else: {error}")) from error
