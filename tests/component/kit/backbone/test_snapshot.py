"""Snapshots: state and position of one moment, and a subscriber that starts from them."""

import asyncio
from typing import Any

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.envelope import Position
from services.kit.backbone.outbox import emit
from services.kit.backbone.signal import Signal
from services.kit.backbone.snapshot import rebuild, snapshot
from services.kit.backbone.topic import Topic
from services.kit.errors import InvalidError
from services.kit.store import Store, current_work
from tests.component.kit.backbone.shop import READER, TOPIC, Shop, keys_of

[KEY, OTHER] = keys_of(0, 2)
State = list[tuple[str, str]]


async def tell(shop: Shop, *facts: tuple[str, str]) -> None:
    """A business row and an event for each."""
    async with shop.owner.work() as work:
        for key, value in facts:
            await work.sql("INSERT INTO effect (key, value) VALUES (%s, %s)", (key, value))
            emit(work, key, StringValue(value=value))


async def state_of(store: Store, partition: int = 0) -> tuple[Position, State]:
    async with snapshot(store, TOPIC, partition) as (position, work):
        rows = await work.sql("SELECT key, value FROM effect ORDER BY id")
        return position, [row for row in rows if TOPIC.part_of(row[0]) == partition]


async def load(state: State) -> None:
    """Replace the partition's rows."""
    work = current_work()
    await work.sql("DELETE FROM effect WHERE key = ANY(%s)", ([KEY, OTHER],))
    for key, value in state:
        await work.sql("INSERT INTO effect (key, value) VALUES (%s, %s)", (key, value))


async def test_committed_rows_without_a_position_belong_to_the_snapshot(shop: Shop) -> None:
    relay = shop.relay()
    await tell(shop, (KEY, "1"))
    await shop.carry(relay)
    await tell(shop, (KEY, "2"), ("elsewhere", "x"))
    assert await state_of(shop.owner) == (Position(1, 2), [(KEY, "1"), (KEY, "2")])


async def test_a_row_that_commits_later_comes_after_the_position(shop: Shop) -> None:
    """Its id is lower than one the snapshot saw: positions follow what was seen, not the ids."""
    await shop.carry(shop.relay())
    async with shop.owner.work() as slow:
        await slow.sql("INSERT INTO effect (key, value) VALUES (%s, 'late')", (OTHER,))
        emit(slow, OTHER, StringValue(value="late"))
        await slow.flush()
        position, state = await asyncio.create_task(_aside(shop))
    assert (position, state) == (Position(1, 1), [(KEY, "early")])
    await shop.carry(shop.relay(patience=0.0))
    rows = await shop.ask_owner("SELECT data FROM outbox ORDER BY n")
    assert [StringValue.FromString(data).value for (data,) in rows] == ["early", "late"]


async def _aside(shop: Shop) -> tuple[Position, State]:
    """In another task's own transactions, while one is open here."""
    from services.kit.store import _open

    _open.set(None)
    await tell(shop, (KEY, "early"))
    return await state_of(shop.owner)


async def test_the_relay_goes_on_while_the_state_is_read(shop: Shop) -> None:
    relay = shop.relay()
    await shop.carry(relay)
    await tell(shop, (KEY, "1"))
    async with snapshot(shop.owner, TOPIC, 0) as (position, work):
        await asyncio.create_task(_tell_aside(shop))
        await shop.carry(relay)
        rows = await work.sql("SELECT value FROM effect")
    assert (position, rows) == (Position(1, 1), [("1",)])
    assert [id for id, _ in await shop.entries(0)] == ["1-1", "1-2"]


async def _tell_aside(shop: Shop) -> None:
    from services.kit.store import _open

    _open.set(None)
    await tell(shop, (KEY, "2"))


async def test_snapshots_under_load_hold_exactly_the_events_up_to_their_position(
    shop: Shop,
) -> None:
    stop, enough = asyncio.Event(), asyncio.Event()
    relay = asyncio.create_task(shop.relay(idle=0.001).run(stop))

    async def write(writer: int) -> None:
        i = 0
        while not enough.is_set():
            await tell(shop, (KEY if i % 2 else OTHER, f"{writer}.{i}"))
            i += 1

    writers = asyncio.gather(*(write(writer) for writer in range(3)))
    taken = [await state_of(shop.owner)]
    while len(taken) < 5:
        position, state = await state_of(shop.owner)
        if position != taken[-1][0]:
            taken.append((position, state))
    enough.set()
    await writers
    stop.set()
    await relay
    await shop.carry(shop.relay(patience=0.0))
    rows = await shop.ask_owner("SELECT n, data FROM outbox ORDER BY n")
    events = {n: StringValue.FromString(data).value for n, data in rows}
    for position, state in taken:
        assert {value for _, value in state} == {events[n] for n in range(1, position.n + 1)}


async def test_a_subscriber_rebuilds_and_goes_on_after_the_position(shop: Shop) -> None:
    await tell(shop, (KEY, "1"), (KEY, "2"))
    await shop.carry(relay := shop.relay())
    await shop.redis.delete(TOPIC.stream(0))
    await shop.ask_owner("INSERT INTO subscriber VALUES ('other', 0, 1, 1)")
    await shop.carry(relay)
    consumer = shop.consumer()
    await shop.consume(consumer)
    assert shop.heard.counts[Signal.GAP]

    async def fetch(topic: Topic, partition: int) -> tuple[Position, State]:
        assert topic is TOPIC
        return await state_of(shop.owner, partition)

    assert await rebuild(shop.reader, READER, (TOPIC, 0), fetch, load) == Position(1, 2)
    await tell(shop, (KEY, "3"))
    await shop.carry(relay)
    await consumer.tick()
    await shop.consume(consumer)
    assert [value for _, value in await shop.effects()] == ["1", "2", "3"]


async def test_a_rebuild_fences_who_works_on_the_partition(shop: Shop) -> None:
    await tell(shop, (KEY, "1"))
    await shop.carry(shop.relay())
    consumer = shop.consumer()
    await consumer.tick()
    [lease] = [lease for lease in consumer.held.values() if lease.partition == 0]
    batch = await consumer._read([lease])
    await rebuild(shop.reader, READER, (TOPIC, 0), _fetch_from(shop), load)
    await consumer._handle_all(batch)
    assert shop.heard.counts[Signal.FENCED] == 1
    assert await shop.effects() == [(KEY, "1")]


async def test_what_was_parked_is_part_of_the_snapshot(shop: Shop) -> None:
    shop.handlers.failures["bad"] = [InvalidError("no")]
    await tell(shop, (KEY, "bad"), (KEY, "1"))
    await shop.carry(shop.relay())
    await shop.consume(shop.consumer())
    await rebuild(shop.reader, READER, (TOPIC, 0), _fetch_from(shop), load)
    assert await shop.effects() == [(KEY, "bad"), (KEY, "1")]
    assert await shop.ask("SELECT 1 FROM parked_key") == []
    rows = await shop.ask("SELECT who, action, key FROM parking_audit")
    assert rows == [("rebuild", "drop", KEY)] * 2


async def test_a_load_that_fails_moves_nothing(shop: Shop) -> None:
    await tell(shop, (KEY, "1"))
    await shop.carry(shop.relay())
    await shop.consume(shop.consumer())
    before = await shop.ask("SELECT epoch, n FROM cursor WHERE partition = 0")

    async def fail(state: Any) -> None:
        raise InvalidError("cannot read it")

    with pytest.raises(InvalidError):
        await rebuild(shop.reader, READER, (TOPIC, 0), _fetch_from(shop), fail)
    assert await shop.ask("SELECT epoch, n FROM cursor WHERE partition = 0") == before


def _fetch_from(shop: Shop) -> Any:
    async def fetch(topic: Topic, partition: int) -> tuple[Position, State]:
        return await state_of(shop.owner, partition)

    return fetch
