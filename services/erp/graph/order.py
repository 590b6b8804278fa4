"""The ERP part of an order: commercial data and postings."""

from collections import defaultdict
from typing import Self

import strawberry

from services.erp import policy
from services.erp.domain.keys import OrderKey
from services.erp.domain.settlement import OrderValue
from services.erp.graph.commercial import OrderCommercial
from services.erp.graph.context import Asked
from services.erp.graph.cost import OrderCost
from services.erp.graph.posting import Posting
from services.kit.errors import DomainError
from services.kit.graph import batch_field, batch_reference, reading, referenced
from services.kit.ids import GraphId


@strawberry.federation.type(keys=["id"], description="A production order of a plant.")
class Order:
    """Every id that decodes is an order here; what the ERP does not know has null parts."""

    id: strawberry.ID
    key: strawberry.Private[OrderKey]

    @classmethod
    def of(cls, key: OrderKey) -> Self:
        """The order of this key."""
        return cls(id=strawberry.ID(GraphId("Order", key.plant, key.order_no).encode()), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_list(named.plant, field="id")
        return cls.of(OrderKey(named.plant, named.key))

    @batch_reference
    async def resolve_many(cls, info: Asked, ids: list[str]) -> list[Self | DomainError]:  # noqa: N805
        """Nothing is loaded: the parts are, a batch each."""
        return referenced(ids, "Order", cls.enter)

    @batch_field(description="What the ERP says of it; null while the ERP has not told of it.")
    async def commercial(self, info: Asked, orders: list[Self]) -> list[OrderCommercial | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.orders.get_many({one.key for one in orders})
        return [OrderCommercial.of(found[one.key]) if one.key in found else None for one in orders]

    @batch_field(description="In lane order; what is set aside comes last.")
    async def postings(self, info: Asked, orders: list[Self]) -> list[list[Posting] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            records = await books.postings.of_orders({one.key for one in orders})
        found: defaultdict[OrderKey, list[Posting]] = defaultdict(list)
        for record in records:
            found[record.order].append(Posting.of(record))
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
