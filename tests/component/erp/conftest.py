"""The ERP service's database and ports, in process; and a ledger as a process of its own."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
from google.protobuf.message import Message
from plantmesh.common.v1.holds_pb2_grpc import (
    HoldEnforcementServiceStub,
)
from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceStub
from plantmesh.erp.v1 import events_pb2
from plantmesh.erp.v1.orders_pb2_grpc import (
    OrderServiceStub,
)
from plantmesh.erp.v1.postings_pb2_grpc import (
    PostingServiceStub,
)

from services.erp import rpc
from services.erp.domain.codes import Code
from services.erp.domain.order import News, ProductionOrder
from services.erp.store import sql_books
from services.kit.backbone.outbox import Outbox
from services.kit.backbone.topic import Topic
from services.kit.lanes.systems import System, put_system
from services.kit.migrate import migrate
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Row, Store
from tests.component.kit.rpc.desk import Given, mint, verifier
from tests.copies import no_owner, put_codes, put_plant
from tests.servers import PostgresServer, scratch_folder
from tests.unit.erp.memory import order
from tools.mesh.program import Program
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.place import Place, declare

TOPIC = Topic("plantmesh.erp")
with_erp = partial(migrate, "erp")
ERP = System("erp-1", "ledger", ("lyon",), budget=10_000)
CODES = (
    Code("uom", "KG", "KGM"),
    Code("status", "CRTD", "lifecycle.planned"),
    Code("status", "REL", "lifecycle.released"),
    Code("status", "CLSD", "lifecycle.closed"),
    Code("status", "PDLV", "delivery.partial"),
    Code("status", "DLV", "delivery.full"),
    Code("work_center", "WC-1", "lyon/press-1"),
    Code("reason", "01", "worn_tool"),
)
SCOPES = "erp:read erp:write delegate"
TABLES = ("production_order", "lane_entry", "lane_key", "lot", "lot_hold", "posting_lot", "outbox")


@pytest.fixture
async def store(postgres: PostgresServer) -> AsyncIterator[Store]:
    """A database of the test's own: ERP serves lyon, and its codes are mapped."""
    store = Store(postgres.dsn("erp", prepared_by=with_erp))
    store.bind(Outbox(TOPIC))
    await set_up(store, ERP)
    yield store
    await store.close()


async def set_up(store: Store, system: System, codes: Sequence[Code] = CODES) -> None:
    """A system, its plants in Paris' time and its codes."""
    async with store.work() as work:
        await put_system(work, system)
        for plant in system.plants:
            await put_plant(plant, "Europe/Paris")
        await put_codes(system.id, codes)


async def keep(store: Store, *orders: ProductionOrder) -> None:
    """Orders as the poller would store them."""
    async with store.work():
        for one in orders or (order(),):
            await sql_books().orders.put(one, News.RELEASED)


async def ask(store: Store, query: str, *params: object) -> list[Row]:
    """Read the database in a transaction of its own."""
    async with store.work() as work:
        return await work.sql(query, params)


async def counts(store: Store) -> dict[str, int]:
    """Rows of every business table."""
    return {table: (await ask(store, f"SELECT count(*) FROM {table}"))[0][0] for table in TABLES}


async def contents(store: Store) -> dict[str, list[Row]]:
    """Every row of every business table."""
    return {
        table: await ask(store, f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES
    }


async def events(store: Store) -> list[Message]:
    """What was told, oldest first."""
    rows = await ask(store, "SELECT type, data FROM outbox ORDER BY id")
    return [getattr(events_pb2, type.rpartition(".")[2]).FromString(data) for type, data in rows]


@dataclass
class Stubs:
    """The service's calls, as another service makes them."""

    peer: Peer
    orders: OrderServiceStub = field(init=False)
    postings: PostingServiceStub = field(init=False)
    holds: HoldEnforcementServiceStub = field(init=False)
    snapshots: SnapshotServiceStub = field(init=False)

    def __post_init__(self) -> None:
        """One channel for all."""
        self.orders = OrderServiceStub(self.peer.channel)
        self.postings = PostingServiceStub(self.peer.channel)
        self.holds = HoldEnforcementServiceStub(self.peer.channel)
        self.snapshots = SnapshotServiceStub(self.peer.channel)


@pytest.fixture
async def server(store: Store) -> AsyncIterator[RpcServer]:
    """Everything erp answers, behind a real port."""
    registrations = rpc.registrations(store, sql_books(), TOPIC, no_owner)
    server = RpcServer(verifier(), registrations, bind="127.0.0.1", port=0)
    await server.start()
    yield server
    await server.stop(0)


@asynccontextmanager
async def calling(port: int, token: str) -> AsyncIterator[Stubs]:
    """Stubs with a token."""
    peer = Peer(f"127.0.0.1:{port}", Given(token))
    try:
        yield Stubs(peer)
    finally:
        await peer.close()


@pytest.fixture
async def erp(server: RpcServer) -> AsyncIterator[Stubs]:
    """Called by somebody who may do everything in lyon."""
    async with calling(server.port, mint(scope=SCOPES)) as stubs:
        yield stubs


@pytest.fixture(scope="session")
def ledger_process() -> Iterator[tuple[Program, Place]]:
    """A ledger, shared: use orders of your own."""
    with scratch_folder() as root:
        place = Place(root / "ledger")
        [program] = declare(place.folder).programs(root)
        program.start()
        try:
            yield program, place
        finally:
            program.kill()


@pytest.fixture
async def ledger(ledger_process: tuple[Program, Place]) -> AsyncIterator[Client]:
    """Its counter and its control port, in fair weather."""
    async with Client(*ledger_process) as client:
        await client.outage(False)
        await client.bring()
        yield client
