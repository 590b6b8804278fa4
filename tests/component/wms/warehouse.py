"""One instance of wms: its books, and its gRPC port as other services use it."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from plantmesh.common.v1.holds_pb2_grpc import HoldEnforcementServiceStub
from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceStub
from plantmesh.wms.v1 import events_pb2, handling_units_pb2, reservations_pb2, stock_counts_pb2
from plantmesh.wms.v1.handling_units_pb2_grpc import HandlingUnitServiceStub
from plantmesh.wms.v1.reservations_pb2_grpc import ReservationServiceStub
from plantmesh.wms.v1.stock_counts_pb2_grpc import StockCountServiceStub
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from services.kit.backbone.outbox import Outbox
from services.kit.clock import SystemClock
from services.kit.measures import ItemLot, Ratio
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from services.wms.__main__ import TOPIC
from services.wms.ports import Books
from services.wms.rpc import Desk, registrations
from services.wms.store import open_books
from tests.component.kit.rpc.desk import Given, mint, verifier
from tests.copies import no_owner, put_items, put_lot
from tests.tables import contents
from tests.unit.wms.moves import ITEMS

STOREKEEPER = "wms:read wms:write"
PROCESS = f"{STOREKEEPER} delegate"
PREFIX = "3401234"
_CLASSES = {
    one.DESCRIPTOR.full_name: one
    for one in (
        events_pb2.StockMoved,
        events_pb2.StockArrived,
        events_pb2.ReservationChanged,
        events_pb2.HandlingUnitChanged,
        events_pb2.StockCountChanged,
    )
}


def _word(event: Any) -> str:
    match event:
        case events_pb2.StockMoved() | events_pb2.StockArrived():
            return str(event.movement.reference)
        case events_pb2.ReservationChanged():
            return _state(reservations_pb2.ReservationState, event.reservation)
        case events_pb2.HandlingUnitChanged():
            return _state(handling_units_pb2.HandlingUnitState, event.unit)
        case _:
            return _state(stock_counts_pb2.StockCountState, event.count)


def _state(kind: Any, message: Any) -> str:
    return str(kind.Name(message.state).split("_STATE_")[1].lower())


@dataclass
class Calls:
    """Stubs that carry one token."""

    stock: Any
    holds: Any
    snapshots: Any
    reservations: Any
    units: Any
    counts: Any

    def desk(self, method: str) -> Any:
        """Whoever answers it."""
        return next(one for one in vars(self).values() if hasattr(one, method))


class Warehouse:
    """`told`, `work` and `rows` look into the database, `calling` goes through the port."""

    def __init__(self, store: Store, lenient: Collection[str] = ()) -> None:
        self.store = store
        desk = Desk(
            store, open_books(SystemClock()), no_owner, lenient=lenient, prefixes={"lyon": PREFIX}
        )
        served = registrations(store, TOPIC, desk)
        self.server = RpcServer(verifier(), served, bind="127.0.0.1", port=0)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        async with self.store.work():
            yield open_books(SystemClock())

    async def measure(
        self, lot: str, *ratios: Ratio, version: int = 1, retired: bool = False
    ) -> None:
        """What reference tells of "FILM/L7"."""
        async with self.store.work():
            await put_lot(ItemLot(*lot.split("/")), *ratios, version=version, retired=retired)

    async def events(self) -> list[tuple[str, Any]]:
        """Key and content of what is in the outbox, in order."""
        async with self.store.work() as work:
            rows = await work.sql("SELECT key, type, data FROM outbox ORDER BY id")
        return [(key, _CLASSES[type].FromString(data)) for key, type, data in rows]

    async def told(self) -> list[str]:
        """Key of the events in the outbox and their reference or state, in order."""
        return [f"{key} {_word(event)}" for key, event in await self.events()]

    async def rows(self) -> dict[str, list[Any]]:
        """Everything in every table of wms, the command store and the outbox."""
        return await contents(self.store)

    @asynccontextmanager
    async def calling(self, token: str = "", *, seconds: float = 10) -> AsyncIterator[Calls]:
        """As somebody; without a token as process, which may do everything in Lyon."""
        given = Given(token or mint(scope=PROCESS))
        peer = Peer(f"127.0.0.1:{self.server.port}", given, seconds=seconds)
        stubs = (
            StockServiceStub,
            HoldEnforcementServiceStub,
            SnapshotServiceStub,
            ReservationServiceStub,
            HandlingUnitServiceStub,
            StockCountServiceStub,
        )
        try:
            yield Calls(*(stub(peer.channel) for stub in stubs))
        finally:
            await peer.close()

    async def ask(self, request: Message, token: str = "") -> Any:
        """One call, found by the name of its request."""
        method = request.DESCRIPTOR.name.removesuffix("Request")
        async with self.calling(token) as calls:
            return await getattr(calls.desk(method), method)(request)


@asynccontextmanager
async def open_warehouse(database: str, lenient: Collection[str] = ()) -> AsyncIterator[Warehouse]:
    """An instance on `database`; several may share it."""
    store = Store(database)
    store.bind(Outbox(TOPIC))
    async with store.work():
        await put_items(ITEMS)
    warehouse = Warehouse(store, lenient)
    await warehouse.server.start()
    try:
        yield warehouse
    finally:
        await warehouse.server.stop(0)
        await store.close()
