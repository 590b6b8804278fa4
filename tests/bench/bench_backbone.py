"""What it costs to carry events from the outbox to their effects, beside XADD and XREAD alone."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import psycopg
import redis
import redis.asyncio
import uvloop
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.envelope import Event
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.signal import Signal
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.migrate import migrate
from services.kit.store import Store, current_work
from tests.bench.meter import broker_cpu, measure, postgres_cpu
from tests.bench.report import Result, Step
from tests.servers import postgres_server, valkey_server

KEYS = 1000
AIMS = {100: 0.45, 500: 0.9}
TEXT = "x" * 200
TOPIC = Topic("plantmesh.bench", 4)


@dataclass(frozen=True)
class Course:
    """Where and how: `events` in all, `batch` of them a call on both sides."""

    owner: str
    reader: str
    broker: str
    batch: int
    events: int


def write(course: Course) -> int:
    """Business transactions of a hundred events each."""

    async def all_of_them() -> None:
        store = Store(course.owner)
        store.bind(Outbox(TOPIC))
        for start in range(0, course.events, 100):
            async with store.work() as work:
                for number in range(start, start + 100):
                    emit(work, f"k{number % KEYS}", StringValue(value=TEXT))

    uvloop.run(all_of_them())
    return course.events


def relay(course: Course) -> int:
    """Place and publish everything."""

    def until_published(stop: asyncio.Event) -> Coroutine[Any, Any, None]:
        count = 0

        def observe(signal: Signal, amount: int = 1, /, **_: object) -> None:
            nonlocal count
            count += amount * (signal is Signal.PUBLISHED)
            if count >= course.events:
                stop.set()

        client = redis.asyncio.Redis.from_url(course.broker)
        options = RelayOptions(batch=course.batch, observer=observe)
        return Relay(Store(course.owner), client, TOPIC, options).run(stop)

    _run(until_published)
    return course.events


def consume(course: Course) -> int:
    """Apply everything: one row an event."""

    def until_applied(stop: asyncio.Event) -> Coroutine[Any, Any, None]:
        count = 0
        subscriptions = Subscriptions()

        @subscriptions.on(StringValue)
        async def apply(events: list[Event[StringValue]]) -> None:
            await current_work().sql(
                "INSERT INTO effect (key, sequence, id)"
                " SELECT * FROM unnest(%b::text[], %b::bigint[], %b::text[])",
                (
                    [event.key for event in events],
                    [event.sequence for event in events],
                    [event.id for event in events],
                ),
            )

        def observe(signal: Signal, amount: int = 1, /, **_: object) -> None:
            nonlocal count
            count += amount * (signal is Signal.APPLIED)
            if count >= course.events:
                stop.set()

        client = redis.asyncio.Redis.from_url(course.broker)
        options = ConsumerOptions(batch=course.batch, observer=observe)
        return Consumer(Store(course.reader), client, subscriptions, "bench", [TOPIC], options).run(
            stop
        )

    _run(until_applied)
    return course.events


def add(course: Course) -> int:
    """The broker alone: pipelined XADD of the same fields."""
    total = course.events
    with redis.Redis.from_url(course.broker, protocol=2) as client:
        for start in range(0, total, course.batch):
            pipe = client.pipeline(transaction=False)
            stream = TOPIC.stream(start // course.batch % TOPIC.partitions)
            for number in range(start, start + course.batch):
                pipe.xadd(stream, _fields(number))
            pipe.execute()
    return total


def read(course: Course) -> int:
    """The broker alone: XREAD, and the entries as values."""
    at = {TOPIC.stream(partition): "0-0" for partition in range(TOPIC.partitions)}
    left = total = course.events
    with redis.Redis.from_url(course.broker, protocol=2) as client:
        while left > 0:
            found: Any = client.xread(dict(at), count=course.batch)
            for stream, entries in found:
                at[stream.decode()] = entries[-1][0].decode()
                left -= len([_event(fields) for _, fields in entries])
    return total


def backbone(batch: int, events: int) -> Result:
    """Both at one batch size, the same events through both; ours by theirs."""
    with postgres_server() as postgres, valkey_server(private=True) as broker:
        owner, reader = (postgres.dsn("bench", _prepare) for _ in range(2))
        course = Course(owner, reader, broker.url, batch, events)
        steps = [
            _step("write (100 a transaction)", write, course, postgres.url),
            _step("relay", relay, course, postgres.url),
            _step("consume and apply", consume, course, postgres.url),
        ]
        right = _applied(course) == (events, events)
        broker.clear()
        steps += [
            _step("XADD, pipelined", add, course, postgres.url),
            _step("XREAD", read, course, postgres.url),
        ]
    _, relayed, applied, added, found = (step.cost for step in steps)
    ours, theirs = relayed + applied, added + found
    return Result(
        name=f"backbone-{batch}",
        says="outbox to applied by XADD + XREAD, each per CPU second",
        ratio=ours.per_cpu_second / theirs.per_cpu_second,
        aim=AIMS.get(batch, 0),
        right=right,
        steps=steps,
    )


def _run(start: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    async def until_done() -> None:
        await start(asyncio.Event())

    uvloop.run(until_done())


def _step(name: str, work: Callable[[Course], int], course: Course, superuser: str) -> Step:
    before = postgres_cpu(superuser), broker_cpu(course.broker)
    cost = measure(work, course)
    postgres, broker = postgres_cpu(superuser) - before[0], broker_cpu(course.broker) - before[1]
    return Step(name, cost, {"PostgreSQL": postgres, "broker": broker})


def _fields(number: int) -> dict[Any, Any]:
    return {
        "ce_id": f"01234567-89ab-7def-8123-{number:012d}",
        "ce_source": TOPIC.name,
        "ce_type": "google.protobuf.StringValue",
        "ce_time": "2026-05-04T12:00:00.000000Z",
        "ce_partitionkey": f"k{number % KEYS}",
        "ce_sequence": str(number // KEYS + 1),
        "data": StringValue(value=TEXT).SerializeToString(),
    }


def _event(fields: dict[bytes, bytes]) -> tuple[str, str, int, StringValue]:
    return (
        fields[b"ce_id"].decode(),
        fields[b"ce_partitionkey"].decode(),
        int(fields[b"ce_sequence"]),
        StringValue.FromString(fields[b"data"]),
    )


def _prepare(url: str) -> None:
    migrate("kit", url)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE effect (key text, sequence bigint, id text)")


def _applied(course: Course) -> tuple[int, int]:
    """Effects, and positions that were given."""
    with psycopg.connect(course.owner) as owner, psycopg.connect(course.reader) as reader:
        [(effects,)] = reader.execute("SELECT count(*) FROM effect").fetchall()
        [(heads,)] = owner.execute("SELECT sum(n)::bigint FROM stream_head").fetchall()
    return effects, heads
