"""Consuming: each event once and in order, under a lease that is also the fence."""

import asyncio

import pytest
from google.protobuf.wrappers_pb2 import BoolValue, Int64Value, StringValue

from services.kit import checkpoint
from services.kit.backbone.consumer import Consumer
from services.kit.backbone.cursor import Cursors, FencedError, Lease
from services.kit.backbone.envelope import Position
from services.kit.backbone.signal import Signal
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.errors import UnavailableError
from services.kit.store import Work
from tests.component.kit.backbone.shop import READER, TERM, TOPIC, Died, Shop, keys_of

[KEY, OTHER] = keys_of(0, 2)
STREAM = TOPIC.stream(0)


async def cursor(shop: Shop, partition: int = 0) -> Position:
    [(incarnation, n)] = await shop.ask(
        "SELECT incarnation, n FROM cursor WHERE consumer = %s AND partition = %s",
        READER,
        partition,
    )
    return Position(incarnation, n)


async def test_what_was_read_ahead_is_applied_in_batches(shop: Shop) -> None:
    [key] = keys_of(0, 1)
    await shop.deliver(*((key, f"{number}") for number in range(5)))
    await shop.consume(shop.consumer(batch=2), turns=1)
    assert shop.handlers.runs == [["0", "1"], ["2", "3"], ["4"]]
    assert await shop.effects() == [(key, f"{number}") for number in range(5)]


async def test_every_event_is_applied_once_in_the_order_of_its_key(shop: Shop) -> None:
    await shop.deliver((KEY, "1"), (OTHER, "1"), (KEY, "2"), ("elsewhere", "1"))
    consumer = shop.consumer()
    await shop.consume(consumer)
    await shop.consume(consumer)
    effects = await shop.effects()
    assert sorted(effects) == sorted([(KEY, "1"), (OTHER, "1"), (KEY, "2"), ("elsewhere", "1")])
    assert effects.index((KEY, "1")) < effects.index((KEY, "2"))
    assert await cursor(shop) == Position(1, 3)
    assert shop.heard.counts[Signal.APPLIED] == 4


async def test_a_key_keeps_its_order_across_types_in_few_runs(shop: Shop) -> None:
    await shop.deliver((KEY, "a"), (OTHER, 1), (KEY, 2), (OTHER, "b"), (KEY, "c"), (OTHER, "d"))
    await shop.consume(shop.consumer())
    assert [value for key, value in await shop.effects() if key == KEY] == ["a", "2", "c"]
    assert [value for key, value in await shop.effects() if key == OTHER] == ["1", "b", "d"]
    assert len(shop.handlers.runs) == 3


async def test_a_type_nobody_wants_moves_the_cursor_alone(shop: Shop) -> None:
    await shop.deliver((KEY, BoolValue(value=True)), (KEY, "1"))
    await shop.consume(shop.consumer())
    assert await shop.effects() == [(KEY, "1")]
    assert await cursor(shop) == Position(1, 2)


async def test_two_versions_of_an_event_side_by_side_are_each_applied_by_who_wants_them(
    shop: Shop,
) -> None:
    """The owner tells each fact as text (version 1) and as a number (2) until nobody holds a 1."""

    await shop.deliver((KEY, "1"), (KEY, 1), (OTHER, "2"), (OTHER, 2))
    old, new = Subscriptions(), Subscriptions()
    old.on(StringValue)(shop.handlers.take)
    new.on(Int64Value)(shop.handlers.take)
    for name, subscriptions in (("old", old), ("new", new)):
        shop.handlers.runs.clear()
        await shop.consume(shop.consumer(name=name, wanted=subscriptions))
        assert [text for run in shop.handlers.runs for text in run] == ["1", "2"]
        [(n,)] = await shop.ask("SELECT n FROM cursor WHERE consumer = %s AND partition = 0", name)
        assert n == 4, "the other version moves the cursor alone"


async def test_a_handlers_own_events_commit_with_the_cursor(shop: Shop) -> None:
    await shop.deliver((KEY, "1"))

    class Refusing(Cursors):
        """Always finds another owner."""

        async def advance(self, work: Work, lease: Lease, to: Position) -> None:
            """Too late."""
            raise FencedError

    class Late(Consumer):
        """Fenced in every batch."""

        cursors = Refusing

    await shop.consume(shop.consumer(Late))
    assert await shop.effects() == []
    assert shop.handlers.runs
    assert shop.heard.counts[Signal.FENCED]


async def test_what_was_applied_is_skipped_when_it_is_read_again(shop: Shop) -> None:
    await shop.deliver((KEY, "1"), (KEY, "2"))
    consumer = shop.consumer()
    await shop.consume(consumer)
    entries = await shop.raw(0)
    [lease] = [lease for lease in consumer.held.values() if lease.partition == 0]
    flat = [
        (id.encode(), [part for pair in fields.items() for part in pair]) for id, fields in entries
    ]
    await consumer._attempt.run(lease, flat)
    assert shop.heard.counts[Signal.SKIPPED] == 2
    assert len(await shop.effects()) == 2


async def test_a_gap_stops_the_partition_and_nothing_is_skipped(shop: Shop) -> None:
    await shop.deliver((KEY, "1"), (KEY, "2"), (KEY, "3"), ("elsewhere", "1"))
    missing = await shop.raw(0, "1-2", "1-2")
    rest = await shop.raw(0, "1-3")
    await shop.redis.xdel(STREAM, "1-2")
    consumer = shop.consumer()
    await shop.consume(consumer)
    assert sorted(await shop.effects()) == sorted([(KEY, "1"), ("elsewhere", "1")])
    assert shop.heard.counts[Signal.GAP]
    await shop.redis.delete(STREAM)
    await shop.add(0, *missing, *rest)
    await shop.consume(consumer)
    assert [value for key, value in await shop.effects() if key == KEY] == ["1", "2", "3"]


async def test_an_owner_that_forgot_what_we_applied_stops_us(shop: Shop) -> None:
    await shop.deliver((KEY, "1"), (KEY, "2"))
    consumer = shop.consumer()
    await shop.consume(consumer)
    [(_, fields)] = await shop.raw(0, "1-2")
    await shop.add(0, ("2-2", fields))
    await shop.consume(consumer)
    assert shop.heard.counts[Signal.FORK]
    assert await cursor(shop) == Position(1, 2)


async def test_a_new_incarnation_that_forgot_nothing_of_ours_goes_on(shop: Shop) -> None:
    await shop.deliver((KEY, "1"), (KEY, "2"))
    consumer = shop.consumer()
    await shop.consume(consumer)
    [(_, fields)] = await shop.raw(0, "1-2")
    await shop.add(0, ("2-3", fields))
    await shop.consume(consumer)
    assert shop.heard.counts[Signal.NEW_INCARNATION_READ] == 1
    assert await cursor(shop) == Position(2, 3)


async def test_a_new_incarnation_beyond_the_cursor_is_a_gap(shop: Shop) -> None:
    await shop.deliver((KEY, "1"), (KEY, "2"))
    consumer = shop.consumer()
    await shop.consume(consumer)
    [(_, fields)] = await shop.raw(0, "1-2")
    await shop.add(0, ("2-4", fields))
    await shop.consume(consumer)
    assert shop.heard.counts[Signal.GAP]


async def test_what_is_not_available_is_tried_again_in_order(shop: Shop) -> None:
    shop.handlers.failures["1"] = [UnavailableError("away"), UnavailableError("away"), None]
    await shop.deliver((KEY, "1"), (KEY, "2"))
    await shop.consume(shop.consumer(), turns=4)
    assert await shop.effects() == [(KEY, "1"), (KEY, "2")]
    assert shop.heard.counts[Signal.HELD_BACK] == 2
    assert await shop.ask("SELECT 1 FROM parked_key") == []


async def test_a_lost_database_makes_us_forget_our_leases(shop: Shop) -> None:
    await shop.deliver((KEY, "1"))
    consumer = shop.consumer()
    await shop.consume(consumer)
    await shop.deliver((KEY, "2"))
    await shop.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    await consumer.turn()
    assert shop.heard.counts[Signal.DATABASE_LOST]
    assert not consumer.held
    await shop.consume(consumer)
    assert await shop.effects() == [(KEY, "1"), (KEY, "2")]


async def test_a_batch_that_died_before_its_commit_is_read_again(shop: Shop) -> None:
    await shop.deliver(*((KEY, str(i)) for i in range(5)))

    def die(name: str) -> None:
        if name == "consumer.mid_batch":
            raise Died

    checkpoint.observe(die)
    dying = shop.consumer()
    await dying.tick()
    with pytest.raises(Died):
        await dying.turn()
    checkpoint.observe(lambda name: None)
    heir = shop.consumer()
    await heir.tick()
    await asyncio.sleep(TERM * 1.3)
    await shop.consume(heir)
    assert shop.heard.counts[Signal.BATCH_READ_AGAIN] == 1
    assert [value for _, value in await shop.effects()] == [str(i) for i in range(5)]
    # One by one up to the end of the range that was stored; the next batch is a batch again.
    assert shop.handlers.runs[1:] == [[str(i)] for i in range(5)]
    await shop.deliver((KEY, "5"), (KEY, "6"))
    await shop.consume(heir)
    assert shop.handlers.runs[-1] == ["5", "6"]


async def test_reports_tell_the_owner_where_we_stand(shop: Shop) -> None:
    await shop.deliver((KEY, "1"))
    consumer = shop.consumer()
    await shop.consume(consumer)
    await consumer.tick()
    assert await shop.redis.hgetall(TOPIC.reports(0)) == {READER.encode(): b"1-1"}


async def test_people_see_which_process_owns_a_partition_and_in_which_life(shop: Shop) -> None:
    owners: list[str] = []
    for _ in range(2):
        consumer = shop.consumer(instance="erp-1")
        await shop.consume(consumer)
        owners += [owner for (owner,) in await shop.ask("SELECT DISTINCT owner FROM cursor")]
        await consumer.leave()
    assert [owner.startswith("erp-1-") for owner in owners] == [True, True]
    assert owners[0] != owners[1]
