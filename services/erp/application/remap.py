"""How orders of each kind are mapped again: which a document speaks of, and what it says by other
code maps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from services.erp.application.map_commercial import map_commercial
from services.erp.application.take_order import map_order, store_order
from services.erp.domain.codes import Code, CodeTable, if_approved
from services.erp.domain.commercial import CommercialOrder, changed
from services.erp.domain.commercial_document import CommercialDocument
from services.erp.domain.document import OrderDocument
from services.erp.domain.keys import CommercialKey, OrderKey, Trade
from services.erp.domain.mapping_diff import DraftName
from services.erp.domain.order import ProductionOrder
from services.erp.ports import Books
from services.erp.ports.mapping import PRODUCTION


class Maps:
    """The code maps of a system, those of each plant read once; with `drafts` as if approved."""

    def __init__(self, books: Books, system: str, *, drafts: bool = False) -> None:
        self.system = system
        self.books = books
        self.drafts: set[DraftName] = set()
        self._with_drafts = drafts
        self._plants: dict[str, Sequence[Code]] = {}

    async def table(self, plant: str, at: datetime) -> CodeTable:
        """What codes mean at a plant, in a document of that time."""
        return CodeTable(self.system, plant, await self._of(plant), at)

    async def _of(self, plant: str) -> Sequence[Code]:
        if plant not in self._plants:
            codes = await self.books.codes.all(self.system, plant)
            if self._with_drafts:
                self.drafts |= {DraftName.of(code) for code in codes if code.is_draft}
                codes = if_approved(codes)
            self._plants[plant] = codes
        return self._plants[plant]


class Remap(Protocol):
    """One kind of orders; an order is what the same kind's other calls take."""

    async def known(self, maps: Maps, said: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """The orders here that each document speaks of."""
        ...

    async def lock(self, maps: Maps, said: Any) -> Sequence[Any]:
        """The same of one, for a change."""
        ...

    async def again(self, maps: Maps, said: Any, stored: Any) -> Any:
        """The order as the document says it; raises InvalidError."""
        ...

    async def put(self, maps: Maps, stored: Any, new: Any) -> None:
        """Store what is new, and tell of it."""
        ...

    def name(self, order: Any) -> str:
        """What tells the order's fields apart in a document of several."""
        ...


class Production:
    """A document is of one order."""

    async def known(self, maps: Maps, said: Sequence[OrderDocument]) -> list[list[ProductionOrder]]:
        """In one statement."""
        keys = [OrderKey(one.plant, one.order_no) for one in said]
        found = await maps.books.orders.get_many(keys)
        return [[found[key]] if key in found else [] for key in keys]

    async def lock(self, maps: Maps, said: OrderDocument) -> list[ProductionOrder]:
        """That one."""
        found = await maps.books.orders.lock(OrderKey(said.plant, said.order_no))
        return [found] if found else []

    async def again(
        self, maps: Maps, said: OrderDocument, stored: ProductionOrder
    ) -> ProductionOrder:
        """By the plant's codes."""
        return map_order(maps.system, said, await maps.table(said.plant, said.as_of))

    async def put(self, maps: Maps, stored: ProductionOrder, new: ProductionOrder) -> None:
        """As when it is polled."""
        await store_order(maps.books, stored, new)

    def name(self, order: ProductionOrder) -> str:
        """Its fields need none."""
        return ""


@dataclass(frozen=True, slots=True)
class Commercial:
    """A document is of one order at each of its plants."""

    trade: Trade

    async def known(
        self, maps: Maps, said: Sequence[CommercialDocument]
    ) -> list[list[CommercialOrder]]:
        """In one statement."""
        plants = sorted(await maps.books.systems.plants(maps.system))
        keys = [
            [CommercialKey(self.trade, plant, one.order_no) for plant in plants] for one in said
        ]
        found = await maps.books.commercial.get_many([key for of in keys for key in of])
        return [self._ours(maps, [found[key] for key in of if key in found]) for of in keys]

    async def lock(self, maps: Maps, said: CommercialDocument) -> list[CommercialOrder]:
        """Those at all plants."""
        found = await maps.books.commercial.lock(self.trade, said.order_no)
        return self._ours(maps, [found[key] for key in sorted(found)])

    async def again(
        self, maps: Maps, said: CommercialDocument, stored: CommercialOrder
    ) -> CommercialOrder:
        """As far as it concerns the plant of `stored`, by that plant's codes."""
        plant = stored.key.plant
        codes = await maps.table(plant, said.as_of)
        return await map_commercial(maps.books, self.trade, maps.system, said, plant, codes)

    async def put(self, maps: Maps, stored: CommercialOrder, new: CommercialOrder) -> None:
        """As when it is polled."""
        if changed(stored, new):
            await maps.books.commercial.put(new)

    def name(self, order: CommercialOrder) -> str:
        """Its plant."""
        return order.key.plant

    def _ours(self, maps: Maps, orders: Sequence[CommercialOrder]) -> list[CommercialOrder]:
        """Another ERP may number its orders alike."""
        return [one for one in orders if one.system == maps.system]


REMAPS: Mapping[str, Remap] = {
    PRODUCTION: Production(),
    **{str(trade): Commercial(trade) for trade in Trade},
}
"""By the kind of raw order, in the order of a diff."""
