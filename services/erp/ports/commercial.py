"""Sales and purchase orders of one unit of work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.erp.domain.commercial import CommercialOrder
from services.erp.domain.keys import CommercialKey, LotKey, Trade
from services.kit.paging import Cut, Page
from services.kit.quantity import Quantity


@dataclass(frozen=True, slots=True)
class LotAllocation:
    """So much of a lot is meant for a line of a sales order."""

    lot: LotKey
    order: CommercialKey
    line_no: int
    quantity: Quantity


class CommercialOrders(Protocol):
    """Both trades; an order for several plants is one at each."""

    async def get_many(
        self, keys: Collection[CommercialKey]
    ) -> Mapping[CommercialKey, CommercialOrder]:
        """Those that exist."""
        ...

    async def page(self, trade: Trade, plant: str, page: Page) -> Cut[CommercialOrder]:
        """Orders of a plant by order number."""
        ...

    async def walk(self, after: CommercialKey | None) -> Sequence[CommercialOrder]:
        """Some hundreds of all orders, by key; empty when there are no more."""
        ...

    async def lock(self, trade: Trade, order_no: str) -> Mapping[CommercialKey, CommercialOrder]:
        """All plants' orders of this number, for a change; nobody else changes them meanwhile."""
        ...

    async def put(self, order: CommercialOrder) -> None:
        """Store the order and tell of it, or neither."""
        ...

    async def allocated(self, lots: Collection[LotKey]) -> Sequence[LotAllocation]:
        """What these lots are meant for, by order and line."""
        ...
