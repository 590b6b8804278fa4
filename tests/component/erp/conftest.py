"""The ERP service's database and ports, in process; and a ledger as a process of its own."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import partial
from secrets import token_hex

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
from services.erp.adapters.lane import Words, announce, lanes_over
from services.erp.adapters.poller import Poller
from services.erp.adapters.readers import SystemReadings
from services.erp.adapters.reading import reader
from services.erp.adapters.registry import Connect, connections, kept_in
from services.erp.application.poll_orders import Desk, poll_orders
from services.erp.domain.codes import Code
from services.erp.domain.order import News, ProductionOrder
from services.erp.ports import ErpSystem
from services.erp.store import sql_books
from services.erp.store.inbox import Inboxes, SqlMarks
from services.erp.store.master import CopiedPlants
from services.erp.store.rounding import SqlRounding
from services.erp.store.sources import SqlSources
from services.kit.backbone.outbox import Outbox
from services.kit.backbone.topic import Topic
from services.kit.lanes.systems import System, put_system
from services.kit.lanes.worker import Worker
from services.kit.migrate import migrate
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Row, Store
from tests.component.kit.rpc.desk import Given, mint, verifier
from tests.copies import no_owner, put_codes, put_plant
from tests.servers import PostgresServer, scratch_folder
from tests.unit.erp.memory import NOON
from tests.unit.erp.memory import order as any_order
from tools.mesh.program import Program
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.papers import Component, Item, Operation, Order
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
TABLES = (
    "production_order", "lane_entry", "lane_key", "lot", "lot_hold", "posting_lot",
    "posting_rounding", "outbox",
)  # fmt: skip


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
        for one in orders or (any_order(),):
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


def no_readings(store: Store) -> SystemReadings:
    """No ERP may be asked what it has."""
    return SystemReadings(store, (), kept_in({}), CopiedPlants())


@pytest.fixture
async def server(store: Store, connect: dict[str, Connect]) -> AsyncIterator[RpcServer]:
    """Everything erp answers, behind a real port."""
    means = rpc.Means(no_owner, reader(connect), SqlSources(store, 60), no_readings(store))
    registrations = rpc.registrations(store, sql_books(), TOPIC, means)
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


@pytest.fixture
def order(ledger_process: tuple[Program, Place]) -> Order:
    """100 kg of widgets, planned; its number is nobody else's."""
    return Order(
        plant="lyon",
        order=token_hex(4),
        item="widget",
        quantity=Decimal(100),
        unit="KG",
        due_start=NOON,
        due_end=NOON + timedelta(days=1),
        components=(Component(10, "steel", Decimal("1.5"), "KG"),),
        operations=(Operation(10, "press", "WC-1"),),
    )


@pytest.fixture
async def system(
    store: Store, ledger: Client, ledger_process: tuple[Program, Place], order: Order
) -> System:
    """The ledger's row; items and the order are in its books."""
    for item in ("widget", "steel"):
        await ledger.keep(Item(item, "KG"))
    await ledger.put_order(order)
    row = System(
        "erp-1",
        "ledger",
        ("lyon",),
        budget=10_000,
        secret="ledger",
        settings={"url": ledger.url, "request_timeout": 1.0, "overlap_seconds": 1.0},
    )
    await set_up(store, row)
    return row


@pytest.fixture
def connect(ledger_process: tuple[Program, Place]) -> dict[str, Connect]:
    """By adapter, with the ledger's key."""
    key = ledger_process[1].key.read_text()
    return connections(["ledger"], kept_in({"ledger": key}))


@pytest.fixture
async def poller(store: Store, connect: dict[str, Connect]) -> AsyncIterator[Poller]:
    """Rounds by hand."""
    desk = Desk(Inboxes(store).of, SqlMarks(store), sql_books(), SqlSources(store, 60))

    async def poll(row: System, erp: ErpSystem) -> None:
        await poll_orders(row.id, erp, desk)

    poller = Poller(store, connect, poll, patience=60)
    yield poller
    await poller.close()


@pytest.fixture
async def worker(
    store: Store, system: System, connect: dict[str, Connect]
) -> AsyncIterator[Worker]:
    """The lane, to step by hand."""
    words = Words(sql_books().codes, SqlRounding())
    outside = lanes_over(connect, store, words)["ledger"](system)
    worker = Worker(store, system, outside, announce())
    yield worker
    await worker.close()
    await outside.close()


@pytest.fixture
async def released(ledger: Client, poller: Poller, system: System, order: Order) -> Order:
    """The order, once the service knows that it is released."""
    await ledger.move_order("lyon", order.order, "release")
    await poller.round()
    return order


@pytest.fixture
def place(ledger_process: tuple[Program, Place]) -> Place:
    """The ledger's folder."""
    return ledger_process[1]
