"""Units of work: all or nothing, errors by their true cause, whoever wrapped them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors as pg
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.kit.errors import UnavailableError
from services.kit.store import Store, Work, current_work, driver_error, forbid_work
from tests.servers import PostgresServer


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """A database with one counter."""
    url = postgres.dsn("store")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE counter (name text PRIMARY KEY, n int)")
        connection.execute("INSERT INTO counter VALUES ('a', 0), ('b', 0)")
    return url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """A store with two connections."""
    store = Store(url, pool_size=2)
    yield store
    await store.close()


async def value(store: Store, name: str = "a") -> int:
    async with store.work() as work:
        [(n,)] = await work.sql("SELECT n FROM counter WHERE name = %s", (name,))
    return int(n)


async def cut(store: Store) -> None:
    """End every connection but the one that asks."""
    connection = await store.raw()
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    await connection.close()


async def work_on(store: Store, *steps: Callable[[Work], Awaitable[object]]) -> None:
    """One unit of work of these steps."""
    async with store.work() as work:
        for step in steps:
            await step(work)


def sql(statement: str) -> Callable[[Work], Awaitable[object]]:
    """A step through the driver."""
    return lambda work: by_driver(work, statement)


async def by_session(work: Work, statement: str) -> None:
    await (await work.session.connection()).execute(text(statement))


async def by_driver(work: Work, statement: str) -> None:
    await work.sql(statement)


NINE = "UPDATE counter SET n = 9 WHERE name = 'a'"
Run = Callable[[Work, str], Awaitable[None]]
WAYS = pytest.mark.parametrize("run", [by_session, by_driver], ids=["session", "driver"])


async def test_session_and_sql_share_one_transaction(store: Store) -> None:
    async def fail() -> None:
        async with store.work() as work:
            await by_session(work, "UPDATE counter SET n = 1 WHERE name = 'a'")
            await by_driver(work, "UPDATE counter SET n = n + 1 WHERE name = 'a'")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await value(store) == 0


@WAYS
async def test_a_lock_that_is_not_given_is_the_drivers_own_error(store: Store, run: Run) -> None:
    blocker = await store.raw()
    async with blocker.transaction():
        await blocker.execute("UPDATE counter SET n = 5 WHERE name = 'a'")
        with pytest.raises(pg.LockNotAvailable):
            await work_on(
                store,
                sql("SET LOCAL lock_timeout = 20"),
                lambda work: run(work, "UPDATE counter SET n = 6 WHERE name = 'a'"),
            )
    await blocker.close()
    assert await value(store) == 5


@WAYS
async def test_a_serialization_failure_is_the_drivers_own_error(store: Store, run: Run) -> None:
    other = await store.raw()
    with pytest.raises(pg.SerializationFailure):
        await work_on(
            store,
            sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
            sql("SELECT n FROM counter"),
            lambda _: other.execute("UPDATE counter SET n = 1 WHERE name = 'a'"),
            lambda work: run(work, "UPDATE counter SET n = 2 WHERE name = 'a'"),
        )
    await other.close()


@WAYS
async def test_a_lost_connection_is_unavailable(store: Store, run: Run) -> None:
    with pytest.raises(UnavailableError) as lost:
        await work_on(store, sql(NINE), lambda _: cut(store), lambda work: run(work, "SELECT 1"))
    assert lost.value.code == "database_unavailable"
    assert await value(store) == 0


async def test_a_connection_lost_at_the_commit_is_unavailable(store: Store) -> None:
    with pytest.raises(UnavailableError):
        await work_on(store, sql(NINE), lambda _: cut(store))
    assert await value(store) == 0


async def test_an_idle_transaction_that_was_ended_is_unavailable(store: Store) -> None:
    with pytest.raises(UnavailableError):
        await work_on(
            store,
            sql("SET LOCAL idle_in_transaction_session_timeout = 50"),
            lambda _: asyncio.sleep(0.2),
            sql("SELECT 1"),
        )


async def test_after_a_restart_one_work_fails_and_not_one_for_each_connection(
    store: Store,
) -> None:
    async with store.work() as work:
        await asyncio.gather(_read_aside(store), by_driver(work, "SELECT 1"))
    await cut(store)
    with pytest.raises(UnavailableError):
        await value(store)
    assert [await value(store), await value(store)] == [0, 0]


async def _read_aside(store: Store) -> None:
    connection = await store.raw()
    await connection.close()


async def test_an_unreachable_database_is_unavailable() -> None:
    store = Store("postgresql://nobody:x@127.0.0.1:1/none")
    with pytest.raises(UnavailableError):
        await value(store)


async def test_a_violated_constraint_keeps_its_name(store: Store) -> None:
    again = "INSERT INTO counter VALUES ('a', 1)"
    with pytest.raises(IntegrityError) as error:
        await work_on(store, lambda work: by_session(work, again))
    assert isinstance(driver_error(error.value), pg.UniqueViolation)
    with pytest.raises(pg.UniqueViolation):
        await work_on(store, sql(again))


async def test_hooks_run_once_in_order_before_and_after_the_commit(store: Store) -> None:
    told: list[str] = []
    async with store.work() as work:

        async def first() -> None:
            told.append("first")
            work.before_commit(later)

        async def later() -> None:
            told.append(f"later {(await work.sql('SELECT 1'))[0][0]}")

        work.after_commit(lambda: told.append("after"))
        work.before_commit(first)
        await work.flush()
        assert told == ["first", "later 1"]
    assert told == ["first", "later 1", "after"]


async def test_a_hook_that_fails_undoes_everything_and_tells_nobody(store: Store) -> None:
    told: list[str] = []

    async def fail() -> None:
        raise ZeroDivisionError

    async def register(work: Work) -> None:
        work.after_commit(lambda: told.append("after"))
        work.before_commit(fail)

    with pytest.raises(ZeroDivisionError):
        await work_on(store, sql(NINE), register)
    assert (await value(store), told) == (0, [])


async def test_what_a_savepoint_collected_goes_with_it(store: Store) -> None:
    told: list[str] = []

    async def undone(work: Work) -> None:
        async with work.savepoint():
            await by_driver(work, NINE)
            work.parts[str] = "undone"
            work.before_commit(lambda: _note(told, "undone"))
            raise ZeroDivisionError

    async with store.work() as work:
        work.before_commit(lambda: _note(told, "kept"))
        with pytest.raises(ZeroDivisionError):
            await undone(work)
        assert work.parts == {}
    assert (await value(store), told) == (0, ["kept"])


async def test_what_several_parts_write_last_is_one_statement(store: Store) -> None:
    """It goes with its savepoint, after the hooks, and none is left for the next flush."""
    add = "INSERT INTO counter VALUES (%s, %s)"

    async def hook() -> None:
        work.write_last(add, ("d", 4))

    async with store.work() as work:
        work.before_commit(hook)
        work.write_last(add, ("c", 3))
        with pytest.raises(ZeroDivisionError):
            await lost(work, add)
        async with work.savepoint():
            work.write_last(add, ("s", 5))
        assert await work.sql("SELECT n FROM counter WHERE n > 2") == [(5,)]
        await work.flush()
        assert await work.sql("SELECT count(*) FROM counter WHERE n > 2") == [(3,)]
        [(at,)] = await work.sql("SELECT count(DISTINCT cmin::text) FROM counter WHERE n IN (3, 4)")
        assert at == 1
    assert [await value(store, name) for name in "cds"] == [3, 4, 5]


async def lost(work: Work, add: LiteralString) -> None:
    """Collected in a savepoint that fails."""
    async with work.savepoint():
        work.write_last(add, ("lost", 9))
        raise ZeroDivisionError


async def _note(told: list[str], word: str) -> None:
    told.append(word)


async def test_a_unit_of_work_is_ambient_alone_and_forbids_outside_calls(store: Store) -> None:
    with pytest.raises(RuntimeError, match="no unit of work"):
        current_work()
    forbid_work()
    async with store.work() as work:
        assert current_work() is work
        with pytest.raises(RuntimeError, match="outside call"):
            forbid_work()
        with pytest.raises(RuntimeError, match="already open"):
            await value(store)


async def test_a_task_that_outlives_the_work_it_was_started_in_is_free(store: Store) -> None:
    go_on = asyncio.Event()

    async def later() -> int:
        await go_on.wait()
        forbid_work()
        return await value(store)

    async with store.work():
        task = asyncio.create_task(later())
    go_on.set()
    assert await task == 0


async def test_too_many_at_once_is_unavailable_and_not_for_ever(url: str) -> None:
    store = Store(url, pool_size=1, patience=0.1)
    started, end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with store.work():
            started.set()
            await end.wait()

    holding = asyncio.create_task(hold())
    await started.wait()
    with pytest.raises(UnavailableError):
        await value(store)
    end.set()
    await holding
    assert await value(store) == 0
    await store.close()
