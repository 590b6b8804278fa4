"""An owner and a keeper of copies on real servers."""

from collections.abc import AsyncIterator
from functools import partial

import psycopg
import pytest
from redis.asyncio import Redis

from services.kit.migrate import migrate
from services.kit.store import Store
from tests.component.kit.copies.owner import Keeper, Owner
from tests.servers import PostgresServer, ValkeyServer

with_kit = partial(migrate, "kit")


@pytest.fixture
async def owner(postgres: PostgresServer, valkey: ValkeyServer) -> AsyncIterator[Owner]:
    """Up, with no items."""
    valkey.clear()
    url = postgres.dsn("owner", prepared_by=with_kit)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE item (item_no text PRIMARY KEY, payload bytea)")
    store, redis = Store(url), Redis.from_url(valkey.url)
    owner = Owner(store, redis)
    await owner.start()
    yield owner
    await owner.stop()
    await owner.relay.close()
    await redis.aclose()
    await store.close()


@pytest.fixture
async def keeper(
    postgres: PostgresServer, valkey: ValkeyServer, owner: Owner
) -> AsyncIterator[Keeper]:
    """Knows nothing yet."""
    store, redis = (
        Store(postgres.dsn("keeper", prepared_by=with_kit)),
        Redis.from_url(valkey.url),
    )
    keeper = Keeper(store, redis, owner)
    yield keeper
    await keeper.close()
    await redis.aclose()
    await store.close()
