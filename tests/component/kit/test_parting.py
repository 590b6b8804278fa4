"""A connection is let go while somebody waits on it: neither the loop nor the waiter is hurt."""

import asyncio
import subprocess
import sys
from contextlib import suppress

import psycopg
import pytest

from services.kit.backbone.link import Link
from services.kit.parting import let_go
from services.kit.store import Store
from tests.servers import PostgresServer
from tests.waiting import until
from tools.mesh.program import surroundings

ROUNDS = 10


async def test_whoever_waits_hears_that_it_is_lost(postgres: PostgresServer) -> None:
    store = Store(postgres.dsn("parting"))
    connection = await store.raw()
    waiter = asyncio.create_task(_sleep(connection))
    await _sent(connection)
    await let_go(connection)
    with pytest.raises(psycopg.OperationalError):
        await asyncio.wait_for(waiter, 5)
    async with asyncio.timeout(5), connection.lock:
        assert connection.closed
    await store.close()


def test_the_loop_survives_that_the_number_goes_to_another(postgres: PostgresServer) -> None:
    """In a process of its own: libuv ends the one it happens in."""
    argv = [sys.executable, "-m", "tests.component.kit.test_parting", postgres.dsn("parting")]
    run = subprocess.run(argv, env=surroundings(), capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr


async def _storm(url: str) -> None:
    """Drop a link that others wait on, and open more at once, again and again."""
    store = Store(url)
    link = Link(store)
    for _ in range(ROUNDS):
        waiter = asyncio.create_task(_sleep(await link.connection()))
        await _sent(await link.connection())
        await link.drop()
        others = [await store.raw() for _ in range(2)]
        with suppress(psycopg.Error):
            await waiter
        for other in others:
            await other.execute("SELECT 1")
            await other.close()
    await link.drop()
    await store.close()


async def _sleep(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
    await connection.execute("SELECT pg_sleep(30)")


async def _sent(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
    """Until the statement is on its way; the loop watches for its answer from then on."""

    async def active() -> bool:
        return connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE

    await until(active, 10, every=0)


if __name__ == "__main__":
    import uvloop

    uvloop.run(_storm(sys.argv[1]))
