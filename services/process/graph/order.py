"""The process part of an order."""

from typing import Self

import strawberry
from strawberry.types import Info

from services.kit.clock import Clock
from services.kit.graph import Entity, GraphContext, batch_field
from services.kit.ids import GraphId
from services.kit.store import Store
from services.process import policy
from services.process.domain.keys import OrderKey
from services.process.graph.flow import OrderFlow
from services.process.ports import Books


class Context(GraphContext):
    """The books and what opens a unit of work for them; a flow is as of now."""

    store: Store
    books: Books
    clock: Clock


Asked = Info[Context, None]


@strawberry.federation.type(keys=["id"], description="A production order of a plant.")
class Order(Entity):
    """Every id that decodes is an order here; one that was never heard of has no flow."""

    id: strawberry.ID
    key: strawberry.Private[OrderKey]

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        key = OrderKey(named.plant, named.key)
        policy.may_read([key], "id")
        return cls(id=strawberry.ID(named.encode()), key=key)

    @batch_field(description="Null while nothing was told of it.")
    async def flow(self, info: Asked, orders: list[Self]) -> list[OrderFlow | None]:
        """One load for all orders of this level."""
        books, now = info.context["books"], info.context["clock"].now()
        async with info.context["store"].work():
            flows = await books.views.flows({one.key for one in orders}, now)
        found = {flow.order: OrderFlow.of(flow) for flow in flows}
        return [found.get(one.key) for one in orders]
