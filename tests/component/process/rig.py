"""The process service as real processes between a real broker, a real database and its peers."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from google.protobuf.message import Message
from plantmesh.process.v1 import process_pb2
from plantmesh.process.v1.process_pb2_grpc import ProcessServiceStub
from redis.asyncio import Redis

from services.kit.access.keys import IssuerKeys
from services.kit.access.tokens import Verifier
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.migrate import migrate
from services.kit.rpc.client import Peer
from services.kit.store import Store
from tests.component.process.events import order_key
from tests.component.process.peers import Peers
from tests.plantctl import Ended, plantctl
from tests.servers import IssuerServer, PostgresServer, ValkeyServer
from tests.shopfloor import Token
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK
from tools.mesh.program import Process, Program
from tools.mesh.services import declare

with_process = partial(migrate, "process")
with_kit = partial(migrate, "kit")
SOURCES = ("erp", "mes", "quality")
Check = Callable[[], bool]


class Neighbour:
    """An owner of events: a database of its own, an outbox, a relay."""

    def __init__(self, dsn: str, redis_url: str, name: str) -> None:
        topic = Topic(f"plantmesh.{name}")
        self.store = Store(dsn, pool_size=2)
        self.store.bind(Outbox(topic, actor=lambda: f"somebody at {name}"))
        self._redis: Redis = Redis.from_url(redis_url)
        quiet = RelayOptions(observer=lambda *_, **__: None)
        self._relay = Relay(self.store, self._redis, topic, quiet)
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._relay.run(self._stop))

    async def tell(self, messages: Sequence[tuple[str, Message]]) -> None:
        """Emit, in one transaction."""
        async with self.store.work() as work:
            for key, message in messages:
                emit(work, key, message)

    async def close(self) -> None:
        """Stop telling."""
        self._stop.set()
        await self._task
        await self._redis.aclose()
        await self.store.close()


class ProcessRig:
    """`peers` outlive the service; `start` runs it, again and again if need be."""

    def __init__(self, root: Path, dsn: str, env: Mapping[str, str], peers: Peers) -> None:
        self.root, self.dsn, self.peers = root, dsn, peers
        self.env = {**env, **peers.addresses, "PLANTMESH_DATABASE_URL": dsn}
        self.neighbours: dict[str, Neighbour] = {}
        self.programs: list[Program] = []
        self.token = ""

    async def tell(self, name: str, *messages: tuple[str, Message]) -> None:
        """Have a neighbour tell something."""
        await self.neighbours[name].tell(messages)

    async def start(
        self, *, replicas: int = 1, module: str = "services.process", **env: str
    ) -> None:
        """Run it and wait until it is ready."""
        self.programs = self.declare(replicas, module, env).programs(self.root)
        for program in self.programs:
            program.launch()
        await until(lambda: all(program.ready() for program in self.programs), 60)

    def declare(self, replicas: int, module: str, env: Mapping[str, str]) -> Process:
        """As the mesh would."""
        plain = declare("process", {**self.env, **env}, replicas)
        return Process(
            name="process",
            argv=[sys.executable, "-m", module],
            ready=plain.ready,
            env=plain.env,
            ports=plain.ports,
            replicas=replicas,
        )

    def kill(self) -> None:
        """kill -9 of every replica."""
        for program in self.programs:
            program.kill()

    async def stop(self) -> None:
        """As a deployment does."""
        for program in self.programs:
            program.child.send(signal.SIGTERM)
        await until(lambda: not any(program.alive for program in self.programs), 30)

    @asynccontextmanager
    async def calling(self, token: str = "") -> AsyncIterator[ProcessServiceStub]:
        """As the operator, or somebody else."""
        ports = [f"{LOOPBACK}:{program.port('grpc')}" for program in self.programs]
        peer = Peer(f"ipv4:{','.join(ports)}", Token(token or self.token), seconds=10)
        try:
            yield ProcessServiceStub(peer.channel)
        finally:
            await peer.close()

    async def flow(self, order: str) -> process_pb2.OrderFlow:
        """What an order waits for."""
        async with self.calling() as process:
            request = process_pb2.BatchGetOrderFlowsRequest(orders=[order_key(order)])
            [flow] = (await process.BatchGetOrderFlows(request)).flows
            return flow

    async def wake(self, *orders: str) -> None:
        """Try again."""
        async with self.calling() as process:
            request = process_pb2.WakeOrdersRequest(orders=map(order_key, orders))
            await process.WakeOrders(request)

    async def stuck(self, *words: str) -> Ended:
        """`plantctl stuck`, as the operator."""
        told = f"process={LOOPBACK}:{self.programs[0].port('grpc')}"
        return await plantctl("--address", told, "stuck", *words, PLANTMESH_TOKEN=self.token)

    def ask(self, query: LiteralString, *params: object) -> list[tuple[Any, ...]]:
        """Ask the service's database."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(query, params).fetchall()

    def write(self, statement: LiteralString) -> None:
        """Put something into the service's database, or take it away."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement)

    def open(self) -> int:
        """Facts and effects that may still be carried out."""
        [(count,)] = self.ask(
            "SELECT (SELECT count(*) FROM fact WHERE state = 'open')"
            " + (SELECT count(*) FROM effect WHERE state = 'open')"
        )
        return int(count)


@asynccontextmanager
async def open_rig(
    root: Path, postgres: PostgresServer, valkey: ValkeyServer, issuer: IssuerServer
) -> AsyncIterator[ProcessRig]:
    """Everything but the service itself."""
    clock = SystemClock()
    keys = IssuerKeys(issuer.jwks_url, clock)
    peers = Peers(Verifier(keys, issuer.url, "plantmesh", clock))
    await peers.start()
    env = {
        "PLANTMESH_REDIS_URL": valkey.url,
        "PLANTMESH_JWKS_URL": issuer.jwks_url,
        "PLANTMESH_ISSUER": issuer.url,
        "PLANTMESH_CLIENT_SECRET": issuer.client_secret("process"),
    }
    rig = ProcessRig(root, postgres.dsn("process", prepared_by=with_process), env, peers)
    rig.token = issuer.mint(USERS["operator"])
    for name in SOURCES:
        dsn = postgres.dsn("kit", prepared_by=with_kit)
        rig.neighbours[name] = Neighbour(dsn, valkey.url, name)
    try:
        yield rig
    finally:
        rig.kill()
        for neighbour in rig.neighbours.values():
            await neighbour.close()
        await peers.stop()


async def until(fact: Check | Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Wait for a fact."""
    deadline = time.monotonic() + seconds
    while True:
        found = fact()
        if (await found) if isinstance(found, Awaitable) else found:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s")
        await asyncio.sleep(0.05)
