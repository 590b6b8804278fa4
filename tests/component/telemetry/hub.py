"""One instance of the hub side: its books, and its gRPC port as others use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceStub
from plantmesh.telemetry.v1 import events_pb2
from plantmesh.telemetry.v1.equipment_pb2_grpc import EquipmentServiceStub

from services.kit.backbone.outbox import Outbox
from services.kit.clock import SystemClock
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from services.telemetry.__main__ import TOPIC
from services.telemetry.ports import Books
from services.telemetry.rpc import registrations
from services.telemetry.store import open_books
from tests.component.kit.rpc.desk import Given, mint, verifier
from tests.unit.telemetry.pulse import Pulse

READER = "telemetry:read"
_KINDS = {"CountersRead": "Look", "EquipmentStateChanged": "StateChange"}


@dataclass
class Calls:
    """Stubs that carry one token."""

    equipment: Any
    snapshots: Any


class Hub:
    """`told`, `work` and `events` look into the database, `calling` goes through the port.

    `pulse` says which plants' collectors read.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.pulse = Pulse()
        served = registrations(store, TOPIC, open_books(SystemClock(), self.pulse))
        self.server = RpcServer(verifier(), served, bind="127.0.0.1", port=0)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        async with self.store.work():
            yield open_books(SystemClock(), self.pulse)

    async def events(self) -> list[tuple[str, Any]]:
        """Key and content of what is in the outbox, in order."""
        async with self.store.work() as work:
            rows = await work.sql("SELECT key, type, data FROM outbox ORDER BY id")
        return [
            (key, getattr(events_pb2, type.rsplit(".")[-1]).FromString(data))
            for key, type, data in rows
        ]

    async def told(self) -> list[tuple[int, str, str]]:
        """Epoch, path and kind of the events in the outbox, in order."""
        return [
            (event.epoch, key, _KINDS[event.DESCRIPTOR.name]) for key, event in await self.events()
        ]

    @asynccontextmanager
    async def calling(self, token: str = "", *, seconds: float = 10) -> AsyncIterator[Calls]:
        """As somebody; without a token as a reader of Lyon."""
        given = Given(token or mint(scope=READER))
        peer = Peer(f"127.0.0.1:{self.server.port}", given, seconds=seconds)
        try:
            yield Calls(EquipmentServiceStub(peer.channel), SnapshotServiceStub(peer.channel))
        finally:
            await peer.close()


@asynccontextmanager
async def open_hub(database: str) -> AsyncIterator[Hub]:
    """An instance on `database`; several may share it."""
    store = Store(database)
    store.bind(Outbox(TOPIC))
    hub = Hub(store)
    await hub.server.start()
    try:
        yield hub
    finally:
        await hub.server.stop(0)
        await store.close()
