"""Orders in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from services.erp.domain.keys import CommercialKey, OrderKey
from services.erp.domain.order import News, ProductionOrder
from services.kit.paging import Cut, Page


@dataclass
class MemoryOrders:
    """Orders, and what was told of them."""

    orders: dict[OrderKey, ProductionOrder] = field(default_factory=dict)
    told: list[tuple[str, News]] = field(default_factory=list)

    async def get_many(self, keys: Collection[OrderKey]) -> Mapping[OrderKey, ProductionOrder]:
        """Those that exist."""
        return {key: self.orders[key] for key in keys if key in self.orders}

    async def page(self, plant: str, page: Page) -> Cut[ProductionOrder]:
        """Orders of a plant by order number."""
        rows = sorted((o for o in self.orders.values() if o.key.plant == plant), key=str)
        return page.cut(rows, lambda row: (row.key.order_no,))

    async def walk(self, after: OrderKey | None) -> Sequence[ProductionOrder]:
        """One at a time, by key."""
        return [self.orders[key] for key in sorted(self.orders) if not after or key > after][:1]

    async def making_for(self, orders: Collection[CommercialKey]) -> Sequence[ProductionOrder]:
        """Nobody asks for it here."""
        raise NotImplementedError

    async def lock(self, key: OrderKey) -> ProductionOrder | None:
        """The order, for a change."""
        return self.orders.get(key)

    async def put(self, order: ProductionOrder, news: News) -> None:
        """Store and tell."""
        self.orders[order.key] = order
        self.told.append((str(order.key), news))
