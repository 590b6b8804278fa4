"""What erp copies from reference, what it books of wms, and the holds that mes passed on."""

from collections.abc import Iterable
from typing import Any

from plantmesh.erp.v1.events_pb2 import ProductionOrderChanged
from plantmesh.erp.v1.orders_pb2 import ORDER_LIFECYCLE_CANCELLED, ORDER_LIFECYCLE_CLOSED
from plantmesh.mes.v1.events_pb2 import HoldsInherited
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.events_pb2 import (
    CodeDrafted,
    CodeMapped,
    CodeRetired,
    ItemChanged,
    LotConversionChanged,
    PlantChanged,
    StandardCostChanged,
)
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub
from plantmesh.wms.v1.events_pb2 import StockMoved

from services.erp import wire
from services.erp.application.apply_holds import apply_holds
from services.erp.application.book_movements import book_movements
from services.erp.application.settle_orders import settle_orders
from services.erp.ports import Books
from services.erp.store.finance import sql_accounts
from services.erp.store.parked import Releases
from services.kit.assembly import Assembly
from services.kit.backbone.envelope import Event
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.copies import Copies
from services.kit.rounds import Rounds
from services.kit.rpc.client import Peer
from services.kit.service import Service
from services.kit.store import Store

REFERENCE, WMS, ERP = map(Topic, ("plantmesh.reference", "plantmesh.wms", "plantmesh.erp"))
MES = Topic("plantmesh.mes")
MONEY = "erp money"
"""The consumer that books; its cursors are its own, so that copies never wait for the journal."""
HOLDS = "erp holds"
"""The consumer of inherited holds; nothing of a lot that is made of a held one waits for others."""
_ENDED = (ORDER_LIFECYCLE_CLOSED, ORDER_LIFECYCLE_CANCELLED)


def copies(store: Store, reference: Peer) -> Copies:
    """Kept by the consumer erp."""
    stub: Any = ReferenceServiceStub(reference.channel)

    async def plants(names: list[str]) -> Iterable[pb.Plant]:
        answer: pb.BatchGetPlantsResponse = await stub.BatchGetPlants(
            pb.BatchGetPlantsRequest(plants=names)
        )
        return answer.plants

    found = Copies(store, REFERENCE, "erp", reference)
    found.keep(wire.PLANTS, told_by=PlantChanged, carried=lambda event: event.plant, ask=plants)
    changes = (CodeDrafted, CodeMapped, CodeRetired)
    found.keep(wire.CODES, told_by=changes, carried=lambda event: event.mapping)
    found.keep(wire.ITEMS, told_by=ItemChanged, carried=lambda event: event.item)
    found.keep(wire.LOTS, told_by=LotConversionChanged, carried=lambda event: event.conversion)
    found.keep(wire.COSTS, told_by=StandardCostChanged, carried=lambda event: event.cost)
    return found


def money() -> Subscriptions:
    """Movements are booked and closed orders settled, with the cursor."""
    found, accounts, clock = Subscriptions(), sql_accounts(), SystemClock()

    @found.on(StockMoved)
    async def book(events: list[Event[StockMoved]]) -> None:
        movements = [wire.read_goods(event.data.movement) for event in events]
        await book_movements(accounts, movements, clock)

    @found.on(ProductionOrderChanged)
    async def settle(events: list[Event[ProductionOrderChanged]]) -> None:
        ended = [event.data.order for event in events if event.data.order.lifecycle in _ENDED]
        await settle_orders(accounts, {wire.read_order_key(one.key) for one in ended}, clock)

    return found


def holds(books: Books) -> Subscriptions:
    """Nothing is posted of what mes made of held lots either, with the cursor.

    Process tells the same by ApplyHolds where production made it; this holds also splits, merges,
    relabels and whatever else mes hears of.
    """
    found = Subscriptions()

    @found.on(HoldsInherited)
    async def inherit(events: list[Event[HoldsInherited]]) -> None:
        passed = [one for event in events for one in wire.read_inherited(event.data)]
        await apply_holds(books, passed, inherited=True)

    return found


def follow(erp: Assembly, service: Service, copies: Copies, seconds: float) -> None:
    """Keep copies, book goods, and try what waits for finance again when something has changed."""
    erp.copy(copies, REFERENCE)
    erp.consume(money(), [WMS, ERP], name=MONEY)
    releases = Releases(erp.store, sql_accounts(), SystemClock())
    service.add("releases", Rounds(releases.round, seconds=seconds), reports=True)
