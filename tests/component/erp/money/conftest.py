"""A warehouse that tells, and erp that books, for every test here."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from services.kit.migrate import migrate
from services.kit.store import Store
from tests.component.erp.money.books import Warehouse, owner, put_accounts, put_costs
from tests.servers import PostgresServer, ValkeyServer


@pytest.fixture
async def warehouse(
    store: Store, postgres: PostgresServer, fresh_valkey: ValkeyServer
) -> AsyncIterator[Warehouse]:
    """Steel costs 2.004, a widget 5, and every role has its account."""
    await put_costs(store, steel="2.004", widget="5")
    await put_accounts(store)
    wms = owner(postgres.dsn("wms", prepared_by=lambda url: migrate("kit", url)))
    async with Redis.from_url(fresh_valkey.url) as redis:
        yield Warehouse(wms, store, redis)
    await wms.close()
