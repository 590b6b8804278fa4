"""Commands take effect once (reliability row 17): same key, same content, at the same time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from plantmesh.common.v1.snapshot_pb2 import Position, SnapshotRequest

from services.kit.access.principal import Principal
from services.kit.commands import once, prune
from services.kit.errors import ConflictError, InvalidError, UnavailableError
from services.kit.migrate import migrate
from services.kit.store import Store, current_work
from tests.servers import PostgresServer

ALICE, BOB = Principal("alice"), Principal("bob")
BOOK = "plantmesh.test.v1.Desk/Book"


def prepare(url: str) -> None:
    """The tables of kit."""
    migrate("kit", url)


@pytest.fixture
async def store(postgres: PostgresServer) -> AsyncIterator[Store]:
    store = Store(postgres.dsn("commands", prepared_by=prepare), pool_size=20)
    async with store.work() as work:
        await work.sql("CREATE TABLE effect (id bigserial, key text, n int)")
    yield store
    await store.close()


class Booking:
    """A use case whose effect is a row, and whose answer names that row."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.release = asyncio.Event()
        self.release.set()
        self.begun = asyncio.Event()

    async def book(
        self, key: str, n: int = 1, *, who: Principal = ALICE, method: str = BOOK
    ) -> Position:
        """As a servicer calls it."""

        async def effect() -> Position:
            self.begun.set()
            await self.release.wait()
            ((row,),) = await current_work().sql(
                "INSERT INTO effect (key, n) VALUES (%s, %s) RETURNING id", (key, n)
            )
            if n < 0:
                raise ConflictError("the order is complete")
            return Position(n=row)

        content = SnapshotRequest(topic=key, partition=n)
        return await once(self._store, who, method, key, content, effect)

    async def effects(self) -> list[tuple[str, int, int]]:
        """(key, content, id) of every row, by key."""
        async with self._store.work() as work:
            rows = await work.sql("SELECT key, n, id FROM effect ORDER BY key, id")
        return [(key, n, id) for key, n, id in rows]


async def test_the_same_command_three_times_at_once(store: Store) -> None:
    booking = Booking(store)
    keys = [f"k{n:02}" for n in range(60)]
    calls = [(key, n) for key in keys for n in (1, 1, 2, 1)]
    answers = await asyncio.gather(*(booking.book(*call) for call in calls), return_exceptions=True)
    given: dict[str, list[tuple[int, object]]] = {key: [] for key in keys}
    for (key, n), answer in zip(calls, answers, strict=True):
        given[key].append((n, answer))
    effects = {key: (n, id) for key, n, id in await booking.effects()}
    assert len(await booking.effects()) == len(effects) == len(keys)
    for key, (first, id) in effects.items():
        for n, got in given[key]:
            if n == first:
                assert got == Position(n=id)
            else:
                assert isinstance(got, ConflictError)
                assert got.code == "idempotency_conflict"
                assert got.field == "idempotency_key"


async def test_a_repetition_waits_for_the_first_and_gets_its_answer(store: Store) -> None:
    booking = Booking(store)
    booking.release.clear()
    first = asyncio.create_task(booking.book("k"))
    await booking.begun.wait()
    second = asyncio.create_task(booking.book("k"))
    await waiting_for_a_lock(store)
    booking.release.set()
    assert await first == await second
    assert len(await booking.effects()) == 1


async def test_only_after_the_lock_timeout_a_repetition_is_refused(store: Store) -> None:
    booking = Booking(store)
    booking.release.clear()
    first = asyncio.create_task(booking.book("k"))
    await booking.begun.wait()
    with pytest.raises(ConflictError) as refusal:
        await booking.book("k")
    assert refusal.value.code == "command_in_progress"
    booking.release.set()
    assert await first == await booking.book("k")


async def test_when_the_first_fails_the_next_one_runs(store: Store) -> None:
    booking = Booking(store)
    for _ in range(2):
        with pytest.raises(ConflictError, match="the order is complete"):
            await booking.book("k", -1)
    assert await booking.effects() == []
    assert (await booking.book("k", 5)).n > 0


async def test_a_cut_connection_leaves_neither_effect_nor_key(store: Store) -> None:
    booking = Booking(store)

    async def cut() -> Position:
        await current_work().sql("INSERT INTO effect (key, n) VALUES ('k', 1)")
        await current_work().sql("SELECT pg_terminate_backend(pg_backend_pid())")
        return Position()

    content = SnapshotRequest(topic="k", partition=1)
    with pytest.raises(UnavailableError):
        await once(store, ALICE, BOOK, "k", content, cut)
    await booking.book("k")
    assert len(await booking.effects()) == 1


async def test_a_key_belongs_to_its_principal_and_method(store: Store) -> None:
    booking = Booking(store)
    await booking.book("k")
    await booking.book("k", who=BOB)
    await booking.book("k", method="plantmesh.test.v1.Desk/Cancel")
    assert len(await booking.effects()) == 3


@pytest.mark.parametrize("key", ["", "x" * 129, "a\nb", "a\0b"])
async def test_a_command_without_a_key_changes_nothing(store: Store, key: str) -> None:
    booking = Booking(store)
    with pytest.raises(InvalidError) as refusal:
        await booking.book(key)
    assert (refusal.value.code, refusal.value.field) == (
        "idempotency_key_required",
        "idempotency_key",
    )
    assert await booking.effects() == []


async def test_old_commands_are_forgotten_and_young_ones_kept(store: Store) -> None:
    booking = Booking(store)
    await booking.book("old")
    async with store.work() as work:
        await work.sql("UPDATE command SET accepted_at = now() - interval '31 days'")
    await booking.book("young")
    assert await prune(store) == 1
    assert await prune(store) == 0
    await booking.book("young")
    assert len(await booking.effects()) == 2
    assert await prune(store, kept=timedelta(0)) == 1


async def waiting_for_a_lock(store: Store) -> None:
    """Return when a connection to this database waits for another's transaction."""
    async with await store.raw() as connection, asyncio.timeout(5):
        while True:
            cursor = await connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            row = await cursor.fetchone()
            if row is not None and row[0]:
                return
            await asyncio.sleep(0.01)
