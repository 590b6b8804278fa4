"""The WMS part of orders and lots: what is left of them, and where."""

from typing import Self

import strawberry

from services.kit.graph import Entity, batch_field, reading
from services.kit.ids import GraphId, join_key, split_key
from services.wms import policy
from services.wms.application.read_stock import stock_of_orders
from services.wms.domain.keys import LotKey, OrderKey
from services.wms.graph.context import Asked
from services.wms.graph.reservation import Reservation
from services.wms.graph.stock import StockBalance


@strawberry.federation.type(keys=["id"], description="A production order of a plant.")
class Order(Entity):
    """Every id that decodes is an order here; of one that made nothing there is no stock."""

    id: strawberry.ID
    key: strawberry.Private[OrderKey]

    @classmethod
    def by(cls, key: OrderKey) -> Self | None:
        """The order of this key; none where the key names none."""
        if not key.order_no:
            return None
        return cls(id=cls.id_of(*key), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls(id=strawberry.ID(named.encode()), key=OrderKey(named.plant, named.key))

    @batch_field(description="What is left of the lots it made, by lot, location and status.")
    async def stock(self, info: Asked, orders: list[Self]) -> list[list[StockBalance] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await stock_of_orders(books, {one.key for one in orders})
        return [[StockBalance.of(balance) for balance in found[one.key]] for one in orders]

    @batch_field(description="Stock that is promised to it, by number.")
    async def reservations(self, info: Asked, orders: list[Self]) -> list[list[Reservation] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.reservations.of_orders({one.key for one in orders})
        return [[Reservation.of(one) for one in found.get(order.key, ())] for order in orders]


@strawberry.federation.type(keys=["id"], description="A material lot: unique within its item.")
class Lot(Entity):
    """Every id that decodes is a lot here; of one that was never moved there is no stock."""

    id: strawberry.ID
    key: strawberry.Private[LotKey]

    @classmethod
    def by(cls, key: LotKey) -> Self | None:
        """The lot of this key; none of an item that is not kept in lots."""
        if not key.lot_no:
            return None
        return cls(id=cls.id_of(key.plant, join_key(key.item_no, key.lot_no)), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The lot that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        key = LotKey(named.plant, *split_key(named.key, 2))
        return cls(id=strawberry.ID(named.encode()), key=key)

    @batch_field(description="What is left of it, by location and status.")
    async def balances(self, info: Asked, lots: list[Self]) -> list[list[StockBalance] | None]:
        """One load for all lots of this level."""
        async with reading(info) as books:
            found = await books.balances.of_lots({one.key for one in lots})
        return [[StockBalance.of(one) for one in found.get(lot.key, ())] for lot in lots]
