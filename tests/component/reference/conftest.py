"""The reference service on a real PostgreSQL, behind a real port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceStub
from plantmesh.reference.v1.codes_pb2_grpc import CodeServiceStub
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.kit.backbone.outbox import Outbox
from services.kit.clock import ManualClock
from services.kit.migrate import migrate
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Row, Store
from services.reference.__main__ import TOPIC
from services.reference.ports import Books
from services.reference.rpc import registrations
from services.reference.store import open_books
from tests.component.kit.rpc.desk import Given, mint, verifier
from tests.servers import PostgresServer
from tests.unit.reference.examples import NOON

with_reference = partial(migrate, "reference")
SCOPES = "reference:read reference:write"
TABLES = (
    "item", "plant", "bill", "routing", "equipment", "party", "code_map", "unmapped_code",
    "waiting_document", "audit_unsealed", "outbox",
)  # fmt: skip


def token(scope: str = SCOPES, *plants: str, of: str = "alice") -> str:
    """Of somebody who works for all plants, if none is named."""
    return mint(scope=scope, plants=list(plants or "*"), sub=of)


class Library:
    """`work`, `told`, `rows` look into the database, `calling` goes through the port."""

    def __init__(self, store: Store) -> None:
        self.store = store
        handlers = registrations(store, TOPIC, ManualClock(NOON))
        self.server = RpcServer(verifier(), handlers, bind="127.0.0.1", port=0)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        async with self.store.work():
            yield open_books(ManualClock(NOON))

    async def told(self) -> list[str]:
        """Key and name of the events in the outbox, in the order of the keys."""
        rows = await self.ask("SELECT key, type FROM outbox")
        return sorted(f"{key} {type.rsplit('.')[-1]}" for key, type in rows)

    async def rows(self) -> dict[str, list[Row]]:
        """Everything in every table of ours."""
        return {
            table: await self.ask(f"SELECT t::text FROM {table} t ORDER BY 1") for table in TABLES
        }

    async def ask(self, query: str, *params: object) -> list[Row]:
        """Look at the database."""
        async with self.store.work() as work:
            return await work.sql(query, params)  # type: ignore[arg-type, unused-ignore]

    @asynccontextmanager
    async def calling(self, minted: str = "") -> AsyncIterator[Any]:
        """The service's calls as somebody; without a token as a steward of all plants."""
        peer = Peer(f"127.0.0.1:{self.server.port}", Given(minted or token()))
        try:
            yield ReferenceServiceStub(peer.channel)
        finally:
            await peer.close()

    @asynccontextmanager
    async def mapping(self, minted: str = "") -> AsyncIterator[Any]:
        """The calls about codes as somebody; without a token as a steward of all plants."""
        peer = Peer(f"127.0.0.1:{self.server.port}", Given(minted or token()))
        try:
            yield CodeServiceStub(peer.channel)
        finally:
            await peer.close()

    @asynccontextmanager
    async def copying(self, minted: str) -> AsyncIterator[Any]:
        """The snapshot's call as somebody."""
        peer = Peer(f"127.0.0.1:{self.server.port}", Given(minted))
        try:
            yield SnapshotServiceStub(peer.channel)
        finally:
            await peer.close()


@pytest.fixture
async def library(postgres: PostgresServer) -> AsyncIterator[Library]:
    """Empty."""
    store = Store(postgres.dsn("reference", prepared_by=with_reference))
    store.bind(Outbox(TOPIC))
    library = Library(store)
    await library.server.start()
    yield library
    await library.server.stop(0)
    await store.close()
