"""Orders and lots as the floor knows them; they lead to each other, so they live together."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Self

import strawberry

from services.kit.errors import DomainError
from services.kit.graph import Quantity, batch_field, batch_reference, reading, referenced
from services.kit.ids import GraphId, join_key, split_key
from services.mes import policy
from services.mes.application.find import lots_of_orders
from services.mes.application.trace import trace_each
from services.mes.domain import lot as domain
from services.mes.domain.genealogy import Direction, Edge
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.graph.confirmations import Confirmation
from services.mes.graph.context import Asked
from services.mes.graph.execution import OrderExecution

strawberry.enum(Direction, name="TraceDirection", description="Which way a trace goes.")


@strawberry.type(description="What a lot is, and who made it.")
class LotIdentity:
    """Quality's opinion of it and what is left of it are told elsewhere."""

    plant: str
    item_no: str
    lot_no: str
    order: "Order | None" = strawberry.field(description="Null for a lot that was bought.")
    produced: Quantity | None = strawberry.field(description="Its yield; null before the first.")
    produced_at: datetime | None
    as_of: datetime

    @classmethod
    def of(cls, lot: domain.Lot) -> Self:
        """Wrap a domain lot."""
        return cls(
            plant=lot.key.plant,
            item_no=lot.key.item_no,
            lot_no=lot.key.lot_no,
            order=Order.of(OrderKey(lot.key.plant, lot.order_no)) if lot.order_no else None,
            produced=Quantity.of(lot.produced) if lot.produced else None,
            produced_at=lot.produced_at,
            as_of=lot.as_of,
        )


@strawberry.type(description="That one lot went into another, and in which order.")
class LotUse:
    """The other end of an edge of the genealogy."""

    lot: "Lot"
    order: "Order"
    quantity: Quantity | None = strawberry.field(
        description="How much of the lot that was used; null where the share is not known."
    )

    @classmethod
    def of(cls, edge: Edge, lot: LotKey) -> Self:
        """The edge as seen from its other end."""
        return cls(
            lot=Lot.of(lot),
            order=Order.of(edge.link.order),
            quantity=Quantity.of(edge.quantity) if edge.quantity else None,
        )


@strawberry.type(description="What a trace reaches; of `total` lots the nearest are in `lots`.")
class LotTrace:
    """A family may have thousands of lots: a page shows where to go on."""

    lots: list["Lot"]
    total: int

    @classmethod
    def of(cls, reached: list[LotKey], first: int) -> Self:
        """The first of what was reached."""
        return cls(lots=[Lot.of(key) for key in reached[:first]], total=len(reached))


@strawberry.federation.type(keys=["id"], description="A material lot: unique within its item.")
class Lot:
    """Every id that decodes is a lot here; what the floor never heard of has null parts."""

    id: strawberry.ID
    key: strawberry.Private[LotKey]

    @classmethod
    def of(cls, key: LotKey) -> Self:
        """The lot of this key."""
        named = GraphId("Lot", key.plant, join_key(key.item_no, key.lot_no))
        return cls(id=strawberry.ID(named.encode()), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The lot that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls.of(LotKey(named.plant, *split_key(named.key, 2)))

    @batch_reference
    async def resolve_many(cls, info: Asked, ids: list[str]) -> list[Self | DomainError]:  # noqa: N805
        """Nothing is loaded: the parts are, a batch each."""
        return referenced(ids, "Lot", cls.enter)

    @batch_field(description="Null where the floor has neither made nor used it.")
    async def identity(self, info: Asked, lots: list[Self]) -> list[LotIdentity | None]:
        """One load for all lots of this level."""
        async with reading(info) as books:
            found = await books.lots.get({one.key for one in lots})
        return [LotIdentity.of(found[one.key]) if one.key in found else None for one in lots]

    @batch_field(description="The lots that went into it directly.")
    async def made_of(self, info: Asked, lots: list[Self]) -> list[list[LotUse] | None]:
        """One load for all lots of this level."""
        edges = await _edges(info, lots, Direction.BACKWARD)
        return [[LotUse.of(edge, edge.link.source) for edge in edges[one.key]] for one in lots]

    @batch_field(description="The lots that were made of it directly.")
    async def used_in(self, info: Asked, lots: list[Self]) -> list[list[LotUse] | None]:
        """One load for all lots of this level."""
        edges = await _edges(info, lots, Direction.FORWARD)
        return [[LotUse.of(edge, edge.link.target) for edge in edges[one.key]] for one in lots]

    @batch_field(description="Everything it was made of, or that was made of it, nearest first.")
    async def trace(
        self, info: Asked, lots: list[Self], direction: Direction, first: int = 50
    ) -> list[LotTrace | None]:
        """One walk for all lots of this level; null for a lot the floor never heard of."""
        async with reading(info) as books:
            found = await trace_each(books, {one.key for one in lots}, direction)
        return [LotTrace.of(found[one.key], first) if one.key in found else None for one in lots]


@strawberry.federation.type(keys=["id"], description="A production order of a plant.")
class Order:
    """Every id that decodes is an order here; what the floor does not know has null parts."""

    id: strawberry.ID
    key: strawberry.Private[OrderKey]

    @classmethod
    def of(cls, key: OrderKey) -> Self:
        """The order of this key."""
        return cls(id=strawberry.ID(GraphId("Order", *key).encode()), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls.of(OrderKey(named.plant, named.key))

    @batch_reference
    async def resolve_many(cls, info: Asked, ids: list[str]) -> list[Self | DomainError]:  # noqa: N805
        """Nothing is loaded: the parts are, a batch each."""
        return referenced(ids, "Order", cls.enter)

    @batch_field(description="How far the floor is; null while the order has not arrived there.")
    async def execution(self, info: Asked, orders: list[Self]) -> list[OrderExecution | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.orders.get({one.key for one in orders})
        return [OrderExecution.of(found[one.key]) if one.key in found else None for one in orders]

    @batch_field(description="What the floor reported, newest first.")
    async def confirmations(
        self, info: Asked, orders: list[Self], first: int = 50
    ) -> list[list[Confirmation] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.confirmations.latest({one.key for one in orders}, first)
        return [[Confirmation.of(booked) for booked in found.get(one.key, ())] for one in orders]

    @batch_field(description="Lots made for the order, oldest first; those without yield last.")
    async def lots(self, info: Asked, orders: list[Self]) -> list[list[Lot] | None]:
        """One load for all orders of this level."""
        keys = list(dict.fromkeys(one.key for one in orders))
        async with reading(info) as books:
            found = await lots_of_orders(books, keys)
        return [[Lot.of(lot.key) for lot in found[one.key]] for one in orders]


async def _edges(
    info: Asked, lots: Sequence[Lot], direction: Direction
) -> defaultdict[LotKey, list[Edge]]:
    async with reading(info) as books:
        edges = await books.genealogy.next_to({one.key for one in lots}, direction)
    found: defaultdict[LotKey, list[Edge]] = defaultdict(list)
    for edge in edges:
        found[edge.link.ends(direction)[0]].append(edge)
    return found
