"""One instance of mes: its books, and its gRPC port as other services use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from plantmesh.common.v1.holds_pb2_grpc import HoldEnforcementServiceStub
from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceStub
from plantmesh.mes.v1.counts_pb2_grpc import CountServiceStub
from plantmesh.mes.v1.genealogy_pb2_grpc import GenealogyServiceStub
from plantmesh.mes.v1.lots_pb2_grpc import LotServiceStub
from plantmesh.mes.v1.work_orders_pb2_grpc import WorkOrderServiceStub

from services.kit.backbone.outbox import Outbox
from services.kit.clock import ManualClock
from services.kit.measures import ItemLot, Ratio
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from services.mes import rpc
from services.mes.__main__ import TOPIC
from services.mes.ports import Books
from services.mes.store import open_books
from tests.component.kit.rpc.desk import Given, mint, verifier
from tests.copies import no_owner, put_items, put_lot
from tests.tables import contents
from tests.unit.mes.reports import ITEMS, NOON


@dataclass
class Calls:
    """Stubs that carry one token."""

    orders: Any
    lots: Any
    holds: Any
    snapshots: Any
    counts: Any
    genealogy: Any


class Floor:
    """`told`, `work` and `rows` look into the database, `calling` goes through the port."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = ManualClock(NOON)
        self.server = RpcServer(
            verifier(), rpc.registrations(store, TOPIC, no_owner), bind="127.0.0.1", port=0
        )

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        async with self.store.work():
            yield open_books(self.clock)

    async def measure(
        self, lot: str, *ratios: Ratio, version: int = 1, retired: bool = False
    ) -> None:
        """What reference tells of "FILM/L7"."""
        async with self.store.work():
            await put_lot(ItemLot(*lot.split("/")), *ratios, version=version, retired=retired)

    async def told(self) -> list[str]:
        """Key and name of the events in the outbox, in order."""
        async with self.store.work() as work:
            rows = await work.sql("SELECT key, type FROM outbox ORDER BY id")
        return [f"{key} {type.rsplit('.')[-1]}" for key, type in rows]

    async def advance(self, by: timedelta) -> None:
        """By its clock."""
        self.clock.advance(by)

    async def forget_genealogy(self) -> None:
        """Every edge."""
        async with self.store.work() as work:
            await work.sql("DELETE FROM genealogy_edge")

    async def rows(self) -> dict[str, list[Any]]:
        """Everything in every table of mes, the command store and the outbox."""
        return await contents(self.store)

    @asynccontextmanager
    async def calling(self, token: str = "", *, seconds: float = 10) -> AsyncIterator[Calls]:
        """As somebody; without a token as the service that composes the others, in Lyon."""
        given = Given(token or mint(scope="mes:read mes:write delegate"))
        peer = Peer(f"127.0.0.1:{self.server.port}", given, seconds=seconds)
        stubs = (
            WorkOrderServiceStub,
            LotServiceStub,
            HoldEnforcementServiceStub,
            SnapshotServiceStub,
            CountServiceStub,
            GenealogyServiceStub,
        )
        try:
            yield Calls(*(stub(peer.channel) for stub in stubs))
        finally:
            await peer.close()


@asynccontextmanager
async def open_floor(database: str) -> AsyncIterator[Floor]:
    """An instance on `database`; several may share it."""
    store = Store(database)
    store.bind(Outbox(TOPIC))
    async with store.work():
        await put_items(ITEMS)
    floor = Floor(store)
    await floor.server.start()
    try:
        yield floor
    finally:
        await floor.server.stop(0)
        await store.close()
