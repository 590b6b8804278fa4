"""A service to operate, empty."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub
from redis.asyncio import Redis

from services.kit.migrate import migrate
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from tests.component.kit.desk.works import Works, desk, prepare
from tests.servers import PostgresServer, ValkeyServer


@pytest.fixture(scope="session")
def database(postgres: PostgresServer) -> str:
    """Kit's tables; emptied by each test, because that is quicker than a copy."""
    return postgres.dsn("works", prepared_by=partial(migrate, "kit"))


@pytest.fixture
async def works(database: str, valkey: ValkeyServer) -> AsyncIterator[Works]:
    """Empty tables and an empty broker."""
    valkey.clear()
    store = Store(database)
    await prepare(store)
    works = Works(store, Redis.from_url(valkey.url))
    yield works
    await works.close()


@pytest.fixture
async def server(works: Works) -> AsyncIterator[RpcServer]:
    """Its port."""
    async with works.serving() as server:
        yield server


@pytest.fixture
async def operator(server: RpcServer) -> AsyncIterator[DeskServiceStub]:
    """Olga, operator of every plant."""
    async with desk(server) as stub:
        yield stub
