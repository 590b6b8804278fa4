"""Snapshots: an owner's state and the position it belongs to, and a consumer that starts from one.

A committed event has no position until it is placed, yet its effect is already in the state. The
owner therefore takes the head's lock, places exactly the rows that the snapshot sees, and exports
the snapshot: state at that moment = all events up to the returned position, none beyond. The lock
is given back before the state is read.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from services.kit.backbone.envelope import Position
from services.kit.backbone.identity import recognise
from services.kit.backbone.link import Connection, fetch
from services.kit.backbone.place import assign, lock_heads, prepare_heads
from services.kit.backbone.topic import Topic
from services.kit.errors import UnavailableError
from services.kit.store import RETRIED, Store, Work, forbid_work

S = TypeVar("S")
Fetch = Callable[[Topic, int], Awaitable[tuple[Position, S]]]
_ATTEMPTS = 10


@asynccontextmanager
async def snapshot(
    store: Store, topic: Topic, partition: int
) -> AsyncIterator[tuple[Position, Work]]:
    """The owner's side: a position, and a unit of work that reads the state that belongs to it.

    Read only the rows whose key lives in the partition (`topic.part_of`). Nothing waits for it.
    """
    connection = await store.raw()
    try:
        await prepare_heads(connection, topic.partitions)
        await recognise(connection)
        position, exported = await _place_and_export(connection, partition)
        async with store.work(snapshot=exported) as work:
            # The importing transaction holds the snapshot now; the head is free again.
            await connection.execute("COMMIT")
            yield position, work
    finally:
        await connection.close()


async def rebuild(
    store: Store,
    consumer: str,
    place: tuple[Topic, int],
    fetch_state: Fetch[S],
    load: Callable[[S], Awaitable[None]],
) -> Position:
    """The consumer's side: replace a partition's state by the owner's and go on from there.

    `fetch_state` asks the owner; `load` replaces our rows, in the transaction that moves the
    cursor and raises its epoch, so whoever works on the partition is fenced. What was parked is
    part of the state and is dropped.
    """
    topic, partition = place
    forbid_work()
    position, state = await fetch_state(topic, partition)
    async with store.work() as work:
        await _move_cursor(work, consumer, place, position)
        await _drop_parked(work, consumer, place)
        await load(state)
    return position


async def _place_and_export(connection: Connection, partition: int) -> tuple[Position, str]:
    for _ in range(_ATTEMPTS):
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try:
            await lock_heads(connection, [partition])
            await assign(connection, [partition], None)
            [(incarnation, n, exported)] = await fetch(
                connection,
                "SELECT incarnation, n, pg_export_snapshot() FROM stream_head WHERE partition = %s",
                (partition,),
            )
        except RETRIED:
            # The relay placed between our snapshot and the lock: a new snapshot sees it.
            await connection.execute("ROLLBACK")
        else:
            return Position(incarnation, n), exported
    raise UnavailableError("the relay keeps the partition busy; ask again")


async def _move_cursor(work: Work, consumer: str, place: tuple[Topic, int], to: Position) -> None:
    topic, partition = place
    await work.sql(
        "INSERT INTO cursor AS c (consumer, topic, partition, epoch, incarnation, n, tries_until)"
        " VALUES (%s, %s, %s, 1, %s, %s, %s) ON CONFLICT (consumer, topic, partition)"
        " DO UPDATE SET epoch = c.epoch + 1, beat = c.beat + 1, owner = '', tries = 0,"
        " incarnation = excluded.incarnation, n = excluded.n, tries_until = excluded.n",
        (consumer, topic.name, partition, *to, to.n),
    )


async def _drop_parked(work: Work, consumer: str, place: tuple[Topic, int]) -> None:
    topic, partition = place
    await work.sql(
        "WITH gone AS (DELETE FROM parked p USING parked_key k WHERE k.consumer = %s"
        " AND k.topic = %s AND k.partition = %s AND p.consumer = k.consumer"
        " AND p.topic = k.topic AND p.key = k.key RETURNING p.*)"
        " INSERT INTO parking_audit (who, action, reason, consumer, topic, key, event_id, old)"
        " SELECT 'rebuild', 'drop', 'its effect is part of the snapshot',"
        " consumer, topic, key, event_id, data FROM gone",
        (consumer, topic.name, partition),
    )
    await work.sql(
        "DELETE FROM parked_key WHERE consumer = %s AND topic = %s AND partition = %s",
        (consumer, topic.name, partition),
    )
