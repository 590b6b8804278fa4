"""Orders and lots as the floor knows them; they lead to each other, so they live together."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Self

import strawberry

from services.kit.graph import Entity, batch_field, reading
from services.kit.ids import GraphId, join_key, split_key
from services.mes import policy
from services.mes.application.find import lots_of_orders
from services.mes.application.trace import Start, Trace, Wish, trace_lots
from services.mes.domain import lot as domain
from services.mes.domain.genealogy import Direction, Edge
from services.mes.domain.keys import LotKey, OrderKey, TradeKey
from services.mes.domain.passage import Receipt, Shipment
from services.mes.graph.confirmations import Confirmation
from services.mes.graph.context import Asked
from services.mes.graph.execution import OrderExecution
from services.mes.graph.identity import LotIdentity
from services.mes.graph.links import LotLink, LotUse
from services.mes.graph.passages import LotReceipt, LotShipment

strawberry.enum(Direction, name="TraceDirection", description="Which way a trace goes.")


@strawberry.type(description="What a trace reaches; of `total` lots the nearest are in `lots`.")
class LotTrace:
    """A family may have thousands of lots: a page shows where to go on.

    Orders, receipts and shipments are those of `lots` and of the lot the trace begins at.
    """

    lots: list["Lot"]
    total: int
    withheld: int = strawberry.field(description="Those of `total` in plants you may not see.")
    orders: list["Order"] = strawberry.field(description="That made these lots, each once.")
    traced: strawberry.Private[Trace]

    @classmethod
    def of(cls, trace: Trace) -> Self:
        """Wrap a trace of the nearest."""
        return cls(
            lots=[Lot.of(one.key) for one in trace.lots[1:]],
            total=trace.total - 1,
            withheld=trace.withheld,
            orders=[Order.of(key) for key in trace.orders],
            traced=trace,
        )

    @batch_field(description="What suppliers sent of these lots, oldest first.")
    async def receipts(self, info: Asked, traces: list[Self]) -> list[list[LotReceipt] | None]:
        """One load for all traces of this level."""
        async with reading(info) as books:
            rows = await books.traces.receipts({at for one in traces for at in one.traced.places})
        return [[_receipt(row) for row in rows if row.lot in one.traced.keys] for one in traces]

    @batch_field(description="Where these lots were sent to, oldest first.")
    async def shipments(self, info: Asked, traces: list[Self]) -> list[list[LotShipment] | None]:
        """One load for all traces of this level."""
        async with reading(info) as books:
            rows = await books.traces.shipments({at for one in traces for at in one.traced.places})
        return [[_shipment(row) for row in rows if row.lot in one.traced.keys] for one in traces]


@strawberry.federation.type(keys=["id"], description="A material lot: unique within its item.")
class Lot(Entity):
    """Every id that decodes is a lot here; what the floor never heard of has null parts."""

    id: strawberry.ID
    key: strawberry.Private[LotKey]
    read: strawberry.Private[domain.Lot | None] = None

    @classmethod
    def of(cls, key: LotKey, read: domain.Lot | None = None) -> Self:
        """The lot of this key; who has `read` it already saves a second time."""
        return cls(id=cls.id_of(key.plant, join_key(key.item_no, key.lot_no)), key=key, read=read)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The lot that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls.of(LotKey(named.plant, *split_key(named.key, 2)))

    @batch_field(description="Null where the floor has neither made nor used it.")
    async def identity(self, info: Asked, lots: list[Self]) -> list[LotIdentity | None]:
        """One load for all lots of this level."""
        found = {one.key: one.read for one in lots if one.read}
        if wanted := {one.key for one in lots} - found.keys():
            async with reading(info) as books:
                found |= await books.lots.get(wanted)
        return [_identity(found[one.key]) if one.key in found else None for one in lots]

    @batch_field(description="The lots that orders used for it directly.")
    async def made_of(self, info: Asked, lots: list[Self]) -> list[list[LotUse] | None]:
        """One load for all lots of this level."""
        edges = await _edges(info, lots, Direction.BACKWARD)
        return [
            [
                LotUse.of(edge, Lot.of(edge.link.source), Order.of(edge.link.order))
                for edge in _by_orders(edges[one.key])
            ]
            for one in lots
        ]

    @batch_field(description="The lots that orders made of it directly.")
    async def used_in(self, info: Asked, lots: list[Self]) -> list[list[LotUse] | None]:
        """One load for all lots of this level."""
        edges = await _edges(info, lots, Direction.FORWARD)
        return [
            [
                LotUse.of(edge, Lot.of(edge.link.target), Order.of(edge.link.order))
                for edge in _by_orders(edges[one.key])
            ]
            for one in lots
        ]

    @batch_field(description="Every lot one step away: split, merged, packed, by an order or not.")
    async def links(
        self, info: Asked, lots: list[Self], direction: Direction
    ) -> list[list[LotLink] | None]:
        """One load for all lots of this level; of other plants only whom the caller may see."""
        edges = await _edges(info, lots, direction)
        plants = policy.plants_of(info.context["principal"])
        return [
            [
                LotLink.of(edge, Lot.of(there), Order.by(edge.link.order))
                for edge in edges[one.key]
                for there in [edge.link.ends(direction)[1]]
                if plants is None or there.plant in plants
            ]
            for one in lots
        ]

    @batch_field(description="Everything it was made of, or that was made of it, nearest first.")
    async def trace(
        self, info: Asked, lots: list[Self], direction: Direction, first: int = 50
    ) -> list[LotTrace | None]:
        """One walk for all lots of this level; null for a lot the floor never heard of."""
        keys = list(dict.fromkeys(one.key for one in lots))
        plants = policy.plants_of(info.context["principal"])
        wish = Wish(direction, first, nearest=True, plants=plants)
        async with reading(info) as books:
            traces = await trace_lots(books, [Start(key) for key in keys], wish)
        found = dict(zip(keys, traces, strict=True))
        return [LotTrace.of(found[one.key]) if found[one.key].total else None for one in lots]


@strawberry.federation.type(keys=["id"], description="A production order of a plant.")
class Order(Entity):
    """Every id that decodes is an order here; what the floor does not know has null parts."""

    id: strawberry.ID
    key: strawberry.Private[OrderKey]

    @classmethod
    def of(cls, key: OrderKey) -> Self:
        """The order of this key."""
        return cls(id=cls.id_of(*key), key=key)

    @classmethod
    def by(cls, key: OrderKey) -> Self | None:
        """The order of this key; none where the key names none."""
        return cls.of(key) if key.order_no else None

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls.of(OrderKey(named.plant, named.key))

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


@strawberry.type
class _Traded(Entity):
    """What an order of the ERP's is here."""

    id: strawberry.ID
    key: strawberry.Private[TradeKey]

    @classmethod
    def by(cls, plant: str, order_no: str) -> Self | None:
        """The order of this number; none where none is named."""
        return (
            cls(id=cls.id_of(plant, order_no), key=TradeKey(plant, order_no)) if order_no else None
        )

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls(id=strawberry.ID(named.encode()), key=TradeKey(named.plant, named.key))


@strawberry.federation.type(
    keys=["id"], description="A purchase order, as far as it concerns one plant."
)
class PurchaseOrder(_Traded):
    """The ERP knows it; here are the lots that came for it."""

    @batch_field(description="What was received for it, oldest first; `lots` page through more.")
    async def receipts(
        self, info: Asked, orders: list[Self], first: int = 50
    ) -> list[list[LotReceipt] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.traces.received({one.key for one in orders}, first)
        return [[_receipt(row) for row in found.get(one.key, ())] for one in orders]


@strawberry.federation.type(
    keys=["id"], description="A sales order, as far as it concerns one plant."
)
class SalesOrder(_Traded):
    """The ERP knows it; here are the lots that left for it."""

    @batch_field(description="What was shipped for it, oldest first; `lots` page through more.")
    async def shipments(
        self, info: Asked, orders: list[Self], first: int = 50
    ) -> list[list[LotShipment] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await books.traces.shipped({one.key for one in orders}, first)
        return [[_shipment(row) for row in found.get(one.key, ())] for one in orders]


def _identity(lot: domain.Lot) -> LotIdentity:
    return LotIdentity.of(lot, Order.by(OrderKey(lot.key.plant, lot.order_no)))


def _receipt(row: Receipt) -> LotReceipt:
    order = PurchaseOrder.by(row.lot.plant, row.purchase_order_no)
    return LotReceipt.of(row, Lot.of(row.lot), order)


def _shipment(row: Shipment) -> LotShipment:
    order = SalesOrder.by(row.lot.plant, row.sales_order_no)
    return LotShipment.of(row, Lot.of(row.lot), order)


def _by_orders(edges: Sequence[Edge]) -> list[Edge]:
    return [edge for edge in edges if edge.link.order.order_no]


async def _edges(
    info: Asked, lots: Sequence[Lot], direction: Direction
) -> defaultdict[LotKey, list[Edge]]:
    async with reading(info) as books:
        edges = await books.genealogy.next_to({one.key for one in lots}, direction)
    found: defaultdict[LotKey, list[Edge]] = defaultdict(list)
    for edge in edges:
        found[edge.link.ends(direction)[0]].append(edge)
    return found
