"""What has an id here: the ERP's part of an order, and what the ERP means a lot for."""

from collections import defaultdict
from collections.abc import Sequence
from typing import ClassVar, Self

import strawberry

from services.erp import policy
from services.erp.domain.commercial import CommercialOrder
from services.erp.domain.keys import CommercialKey, LotKey, OrderKey, Trade
from services.erp.domain.settlement import OrderValue
from services.erp.graph.commercial import OrderCommercial
from services.erp.graph.context import Asked
from services.erp.graph.cost import OrderCost
from services.erp.graph.posting import Posting
from services.erp.graph.purchase import PurchaseOrderCommercial
from services.erp.graph.sales import LotAllocation, SalesOrderCommercial
from services.kit.graph import Entity, Quantity, batch_field, reading
from services.kit.ids import GraphId, join_key, split_key


@strawberry.federation.type(keys=["id"], description="A production order of a plant.")
class Order(Entity):
    """Every id that decodes is an order here; what the ERP does not know has null parts."""

    id: strawberry.ID
    key: strawberry.Private[OrderKey]

    @classmethod
    def of(cls, key: OrderKey) -> Self:
        """The order of this key."""
        return cls(id=cls.id_of(key.plant, key.order_no), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_list(named.plant, field="id")
        return cls.of(OrderKey(named.plant, named.key))

    @batch_field(description="What the ERP says of it; null while the ERP has not told of it.")
    async def commercial(self, info: Asked, orders: list[Self]) -> list[OrderCommercial | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.orders.get_many({one.key for one in orders})
        return [
            OrderCommercial.of(found[one.key], SalesOrder.of) if one.key in found else None
            for one in orders
        ]

    @batch_field(description="In lane order; what is set aside comes last.")
    async def postings(self, info: Asked, orders: list[Self]) -> list[list[Posting] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            records = await books.postings.of_orders({one.key for one in orders})
        found: defaultdict[OrderKey, list[Posting]] = defaultdict(list)
        for record in records:
            found[record.order].append(Posting.of(record, Lot.of))
        return [found[one.key] for one in orders]

    @batch_field(description="What it costs at standard, withheld from those who may not see it.")
    async def cost(self, info: Asked, orders: list[Self]) -> list[OrderCost | None]:
        """Two loads for all orders of this level."""
        if not policy.sees_costs(info.context["principal"]):
            return [OrderCost(withheld=True) for _ in orders]
        keys = {one.key for one in orders}
        async with reading(info) as books:
            values = await books.accounts.journal.orders(keys)
            parked = await books.accounts.reports.waiting_of(keys)
        return [
            OrderCost.of(values.get(one.key, OrderValue()), parked.get(one.key, 0))
            for one in orders
        ]


@strawberry.type
class _Traded(Entity):
    """What orders of both trades are; what the ERP does not know has null parts."""

    id: strawberry.ID
    key: strawberry.Private[CommercialKey]
    trade: ClassVar[Trade]

    @classmethod
    def of(cls, key: CommercialKey) -> Self:
        """The order of this key."""
        return cls(id=cls.id_of(key.plant, key.order_no), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_list(named.plant, field="id")
        return cls.of(CommercialKey(cls.trade, named.plant, named.key))


@strawberry.federation.type(
    keys=["id"], description="A sales order, as far as it concerns one plant."
)
class SalesOrder(_Traded):
    """An order of a customer."""

    trade = Trade.SALES

    @batch_field(description="What the ERP says of it; null while the ERP has not told of it.")
    async def commercial(
        self, info: Asked, orders: list[Self]
    ) -> list[SalesOrderCommercial | None]:
        """One load for all orders of this level."""
        shown = policy.sees_trade(info.context["principal"])
        return [
            SalesOrderCommercial.of(told, Lot.of, shown=shown) if told else None
            for told in await _told(info, orders)
        ]

    @batch_field(description="Production orders that make for it, by number.")
    async def production_orders(self, info: Asked, orders: list[Self]) -> list[list[Order] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            rows = await books.orders.making_for({one.key for one in orders})
        found: defaultdict[CommercialKey, list[Order]] = defaultdict(list)
        for row in rows:
            if made_for := row.sales_line:
                key = CommercialKey(Trade.SALES, row.key.plant, made_for.order_no)
                found[key].append(Order.of(row.key))
        return [found[one.key] for one in orders]


@strawberry.federation.type(
    keys=["id"], description="A purchase order, as far as it concerns one plant."
)
class PurchaseOrder(_Traded):
    """An order to a supplier."""

    trade = Trade.PURCHASE

    @batch_field(description="What the ERP says of it; null while the ERP has not told of it.")
    async def commercial(
        self, info: Asked, orders: list[Self]
    ) -> list[PurchaseOrderCommercial | None]:
        """One load for all orders of this level."""
        shown = policy.sees_trade(info.context["principal"])
        return [
            PurchaseOrderCommercial.of(told, shown=shown) if told else None
            for told in await _told(info, orders)
        ]


@strawberry.federation.type(keys=["id"], description="A material lot.")
class Lot(Entity):
    """Every id that decodes is a lot here."""

    id: strawberry.ID
    key: strawberry.Private[LotKey]

    @classmethod
    def of(cls, key: LotKey) -> Self:
        """The lot of this key."""
        return cls(id=cls.id_of(key.plant, join_key(key.item_no, key.lot_no)), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The lot that an id names, for those who may see its plant."""
        policy.may_list(named.plant, field="id")
        return cls.of(LotKey(named.plant, *split_key(named.key, 2)))

    @batch_field(description="Lines of sales orders that it is meant for, as the ERP says.")
    async def allocated_to(self, info: Asked, lots: list[Self]) -> list[list[LotAllocation] | None]:
        """One load for all lots of this level."""
        async with reading(info) as books:
            rows = await books.commercial.allocated({one.key for one in lots})
        found: defaultdict[LotKey, list[LotAllocation]] = defaultdict(list)
        for row in rows:
            found[row.lot].append(
                LotAllocation(
                    sales_order=SalesOrder.of(row.order),
                    line_no=row.line_no,
                    quantity=Quantity.of(row.quantity),
                )
            )
        return [found[one.key] for one in lots]


async def _told(info: Asked, orders: Sequence[_Traded]) -> list[CommercialOrder | None]:
    """What the ERP says of each, in one load."""
    async with reading(info) as books:
        found = await books.commercial.get_many({one.key for one in orders})
    return [found.get(one.key) for one in orders]
