"""Fixtures of the backbone's tests: a shop on real servers, empty."""

from collections.abc import AsyncIterator, Iterator
from typing import LiteralString

import psycopg
import pytest
from redis.asyncio import Redis

from services.kit import checkpoint
from services.kit.backbone.outbox import Outbox
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.component.kit.backbone.shop import TOPIC, Shop
from tests.servers import PostgresServer, ValkeyServer

# Emptied by each test, because that is quicker than a copy of a database.
EMPTY: dict[str, LiteralString] = {
    "owner": "TRUNCATE outbox, outbox_key, stream_head, subscriber, effect RESTART IDENTITY;"
    " UPDATE stream_identity SET fingerprint = NULL",
    "reader": "TRUNCATE cursor, cursor_member, parked, parked_key, parking_audit, effect"
    " RESTART IDENTITY",
}


@pytest.fixture(scope="session")
def databases(postgres: PostgresServer) -> dict[str, str]:
    """Kit's tables and one of the business, for either side."""
    urls = {side: postgres.dsn(side) for side in EMPTY}
    for url in urls.values():
        migrate("kit", url)
        with psycopg.connect(url) as connection:
            connection.execute(
                "CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY,"
                " key text, sequence bigint, value text)"
            )
    return urls


@pytest.fixture
async def shop(databases: dict[str, str], valkey: ValkeyServer) -> AsyncIterator[Shop]:
    """Owner and subscriber with empty tables, and an empty broker."""
    valkey.clear()
    for side, statement in EMPTY.items():
        with psycopg.connect(databases[side]) as connection:
            connection.execute(statement)
    owner, reader = (Store(databases[side]) for side in EMPTY)
    owner.bind(Outbox(TOPIC))
    shop = Shop(owner, reader, Redis.from_url(valkey.url))
    yield shop
    await shop.close()


@pytest.fixture(autouse=True)
def quiet_checkpoints() -> Iterator[None]:
    """What a test observes at checkpoints ends with it."""
    yield
    checkpoint.observe(lambda name: None)
