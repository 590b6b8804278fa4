"""Events commit with their business rows, numbered per key without a gap."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from services.kit.backbone.outbox import MAX_DATA, Outbox, emit
from services.kit.clock import ManualClock
from services.kit.errors import InvalidError
from services.kit.store import Store, Work
from tests.component.kit.backbone.shop import TOPIC, Shop


async def written(shop: Shop) -> list[tuple[str, int, str]]:
    rows = await shop.ask_owner("SELECT key, sequence, data FROM outbox ORDER BY id")
    return [(key, sequence, StringValue.FromString(data).value) for key, sequence, data in rows]


async def test_events_of_a_transaction_that_fails_are_never_told(shop: Shop) -> None:
    async def fail() -> None:
        async with shop.owner.work() as work:
            emit(work, "a", StringValue(value="lost"))
            await work.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await shop.publish(("a", "told"))
    assert await written(shop) == [("a", 1, "told")]


async def test_sequences_count_each_key_without_a_gap(shop: Shop) -> None:
    await shop.publish(("a", "1"), ("b", "1"), ("a", "2"))
    await shop.publish(("b", "2"), ("a", "3"))
    assert await written(shop) == [
        ("a", 1, "1"), ("b", 1, "1"), ("a", 2, "2"), ("b", 2, "2"), ("a", 3, "3"),
    ]  # fmt: skip


async def test_ids_follow_the_sequences_of_a_key_among_concurrent_writers(shop: Shop) -> None:
    async def write(writer: int) -> None:
        for i in range(15):
            async with shop.owner.work() as work:
                emit(work, "a", StringValue(value=f"{writer}.{i}"))
                emit(work, f"b{i % 3}", StringValue(value=f"{writer}.{i}"))
                await work.flush()
                await asyncio.sleep(0)

    await asyncio.gather(*(write(writer) for writer in range(4)))
    sequences = [sequence for key, sequence, _ in await written(shop) if key == "a"]
    assert sequences == list(range(1, 61))


async def test_writers_of_the_same_keys_in_any_order_do_not_deadlock(shop: Shop) -> None:
    keys = [f"k{i}" for i in range(20)]

    async def write(ordered: list[str]) -> None:
        for _ in range(10):
            await shop.publish(*((key, "x") for key in ordered))

    await asyncio.gather(write(keys), write(keys[::-1]), write(keys[10:] + keys[:10]))
    assert len(await written(shop)) == 600


async def test_what_a_savepoint_undoes_is_not_told(shop: Shop) -> None:
    async def undo(work: Work) -> None:
        async with work.savepoint():
            emit(work, "a", StringValue(value="undone"))
            raise ZeroDivisionError

    async with shop.owner.work() as work:
        emit(work, "a", StringValue(value="before"))
        with pytest.raises(ZeroDivisionError):
            await undo(work)
        async with work.savepoint():
            emit(work, "b", StringValue(value="kept"))
    assert sorted(await written(shop)) == [("a", 1, "before"), ("b", 1, "kept")]


async def test_an_event_carries_trace_actor_and_the_injected_time(shop: Shop) -> None:
    clock = ManualClock(datetime(2026, 5, 4, 12, tzinfo=UTC))
    shop.owner.bind(Outbox(TOPIC, clock, actor=lambda: "anna"))
    context = SpanContext(0xA, 0xB, is_remote=False, trace_flags=TraceFlags(1))
    with trace.use_span(NonRecordingSpan(context)):
        await shop.publish(("a", "1"))
    clock.set(clock.now() - timedelta(hours=1))
    await shop.publish(("a", "2"))
    rows = await shop.ask_owner("SELECT time, actor, traceparent FROM outbox ORDER BY id")
    noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert [row[:2] for row in rows] == [(noon, "anna"), (noon - timedelta(hours=1), "anna")]
    assert [row[2] for row in rows] == [f"00-{0xA:032x}-{0xB:016x}-01", ""]


async def test_an_event_without_key_or_beyond_the_size_is_refused(shop: Shop) -> None:
    async with shop.owner.work() as work:
        with pytest.raises(InvalidError) as no_key:
            emit(work, "", StringValue(value="x"))
        with pytest.raises(InvalidError) as too_large:
            emit(work, "a", StringValue(value="x" * MAX_DATA))
    assert no_key.value.field == "key"
    assert (too_large.value.field, too_large.value.code) == ("data", "event_too_large")
    assert await written(shop) == []


async def test_a_store_without_outbox_says_how_to_get_one(shop: Shop) -> None:
    store: Store = shop.reader
    async with store.work() as work:
        with pytest.raises(RuntimeError, match="bind"):
            emit(work, "a", StringValue())
