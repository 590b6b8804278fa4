"""A service's database with kit's tables, and a system in it."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from services.kit.lanes.systems import System, put_system
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.servers import PostgresServer

ERP = System("erp-1", "fake", ("lyon",), budget=100_000)
with_kit = partial(migrate, "kit")


@pytest.fixture
async def store(postgres: PostgresServer) -> AsyncIterator[Store]:
    """Kit's tables, and ERP in `systems`."""
    dsn = postgres.dsn("lanes", prepared_by=with_kit)
    store = Store(dsn)
    async with store.work() as work:
        await put_system(work, ERP)
    yield store
    await store.close()
    postgres.drop(dsn)
