"""A service with a lane, a consumer and a desk, on real servers; tests move it step by step."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub, add_DeskServiceServicer_to_server
from redis.asyncio import Redis

from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.envelope import Event
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.poison import Patience
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.components import Components
from services.kit.desk.payload import MessageJson
from services.kit.desk.servicer import DeskServicer, Owner
from services.kit.desk.standing import Standing
from services.kit.errors import InvalidError
from services.kit.lanes.accept import accept
from services.kit.lanes.entry import Entry
from services.kit.lanes.outcome import Rejected
from services.kit.lanes.systems import System, put_system
from services.kit.lanes.worker import Worker
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Row, Store, Work
from tests.component.kit.lanes.memory import MemoryErp
from tests.component.kit.rpc.desk import Given, mint, verifier

TOPIC = Topic("plantmesh.works", partitions=2)
CONSUMER = "works"
ERP = System("erp-1", "memory", ("lyon",), budget=100_000)
_ONE_TRY = Patience(first=0.0, longest=0.0, waiting=1, suspect=1, suspect_first=0.0)


@dataclass
class Works:
    """`refused` are topics that the handler does not take; `told` is what lanes announced."""

    store: Store
    redis: "Redis"
    erp: MemoryErp = field(default_factory=MemoryErp)
    refused: set[str] = field(default_factory=set)
    handled: list[str] = field(default_factory=list)
    told: list[Entry] = field(default_factory=list)
    components: Components = field(default_factory=Components)

    def __post_init__(self) -> None:
        """Put the parts together."""
        self.store.bind(Outbox(TOPIC))
        self.subscriptions = Subscriptions()
        self.subscriptions.on(SnapshotRequest)(self._take)
        self.worker = Worker(self.store, ERP, self.erp, self._announce)
        self.relay = Relay(self.store, self.redis, TOPIC, RelayOptions(compare=0.0))
        self.consumer = Consumer(
            self.store,
            self.redis,
            self.subscriptions,
            CONSUMER,
            [TOPIC],
            ConsumerOptions(block=0.01, replay=0.0, patience=_ONE_TRY),
        )
        clock = SystemClock()
        self.standing = Standing(self.store, self.redis, TOPIC.name, self.components, clock)

    async def close(self) -> None:
        """Let go of everything."""
        await self.worker.close()
        await self.relay.close()
        await self.consumer.close()
        await self.standing.close()
        await self.redis.aclose()
        await self.store.close()

    async def doubt(self, reference: str, *documents: str) -> None:
        """As a sweep does that finds them all in the outside system."""
        async with self.store.work() as work:
            await work.sql(
                "INSERT INTO lane_exception (entry_id, kind, documents)"
                " SELECT id, 'two_documents', %s FROM lane_entry WHERE reference = %s",
                (list(documents), reference),
            )

    async def post(self, key: str, *references: str, refuse: Sequence[str] = ()) -> None:
        """Accept postings of one key and let the lane take what it can."""
        async with self.store.work() as work:
            for reference in references:
                payload = SnapshotRequest(topic=reference).SerializeToString()
                accept(work, ERP.id, key, reference, "posting", payload)
        for reference in refuse:
            self.erp.script[reference] = [Rejected("the period is closed", "topic", "closed")]
        await self.carry()

    async def carry(self) -> None:
        """Let the lane work until nothing can go out."""
        while await self.worker.step():
            pass

    async def tell(self, key: str, *topics: str) -> None:
        """Publish events and let the consumer take them."""
        async with self.store.work() as work:
            for topic in topics:
                emit(work, key, SnapshotRequest(topic=topic))
        await self.publish()
        await self.consume()

    async def publish(self) -> None:
        """Let the relay work until nothing moves."""
        while not await self.relay.turn():
            pass

    async def consume(self) -> None:
        """A few turns of the consumer."""
        await self.consumer.tick()
        for _ in range(4):
            await self.consumer.turn()

    async def rows(self, query: Any, *params: object) -> list[Row]:
        """Read the database in a transaction of its own."""
        async with self.store.work() as work:
            return await work.sql(query, params)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[RpcServer]:
        """Its desk behind a real port."""
        owner = Owner(
            "works",
            "works-0",
            self.store,
            {CONSUMER: self.subscriptions},
            self.standing.read,
            MessageJson(SnapshotRequest),
            self._announce,
        )
        registration = add_DeskServiceServicer_to_server, DeskServicer(owner)
        server = RpcServer(verifier(), [registration], bind="127.0.0.1", port=0)
        await server.start()
        try:
            yield server
        finally:
            await server.stop(0)

    async def _take(self, events: list[Event[SnapshotRequest]]) -> None:
        for event in events:
            if event.data.topic in self.refused:
                raise InvalidError("no such topic", code="unknown_topic", field="topic")
            self.handled.append(event.data.topic)

    def _announce(self, work: Work, entries: Sequence[Entry]) -> None:
        self.told += entries


async def prepare(store: Store) -> None:
    """An empty service with one outside system."""
    async with store.work() as work:
        await work.sql(
            "TRUNCATE systems, lane_key, lane_entry, lane_exception, lane_audit, raw_input, outbox,"
            " outbox_key, stream_head, subscriber, cursor, cursor_member, parked, parked_key,"
            " parking_audit, command RESTART IDENTITY CASCADE"
        )
        await work.sql("UPDATE stream_identity SET fingerprint = NULL")
        await put_system(work, ERP)


def token(**claims: Any) -> str:
    """Of an operator of every plant, unless told otherwise."""
    return mint(**{"sub": "olga", "scope": "operate", "plants": ["*"], **claims})


@asynccontextmanager
async def desk(server: RpcServer, **claims: Any) -> AsyncIterator[DeskServiceStub]:
    """A stub as an operator has it."""
    peer = Peer(f"127.0.0.1:{server.port}", Given(token(**claims)))
    try:
        yield DeskServiceStub(peer.channel)
    finally:
        await peer.close()
