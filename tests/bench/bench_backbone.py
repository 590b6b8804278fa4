"""What it costs to carry events from the outbox to their effects, beside XADD and XREAD alone.

`python -m tests.bench.bench_backbone`: ratios of one run, per CPU second of our processes.
"""

import asyncio
import sys
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
from tests.bench.meter import Cost, broker_cpu, measure, postgres_cpu
from tests.servers import PostgresServer, ValkeyServer, postgres_server, valkey_server

EVENTS = 40_000
RAW = 3 * EVENTS
"""The broker alone is so quick that less would measure the noise."""
KEYS = 1000
TEXT = "x" * 200
TOPIC = Topic("plantmesh.bench", 4)


@dataclass(frozen=True)
class Course:
    """Where and how: `batch` events a call on both sides."""

    owner: str
    reader: str
    broker: str
    batch: int


def write(course: Course) -> int:
    """Business transactions of a hundred events each."""

    async def all_of_them() -> None:
        store = Store(course.owner)
        store.bind(Outbox(TOPIC))
        for start in range(0, EVENTS, 100):
            async with store.work() as work:
                for number in range(start, start + 100):
                    emit(work, f"k{number % KEYS}", StringValue(value=TEXT))

    uvloop.run(all_of_them())
    return EVENTS


def relay(course: Course) -> int:
    """Place and publish everything."""

    def until_published(stop: asyncio.Event) -> Coroutine[Any, Any, None]:
        count = 0

        def observe(signal: Signal, amount: int = 1, /, **_: object) -> None:
            nonlocal count
            count += amount * (signal is Signal.PUBLISHED)
            if count >= EVENTS:
                stop.set()

        client = redis.asyncio.Redis.from_url(course.broker)
        options = RelayOptions(batch=course.batch, observer=observe)
        return Relay(Store(course.owner), client, TOPIC, options).run(stop)

    return _run(until_published)


def consume(course: Course) -> int:
    """Apply everything: one row an event."""

    def until_applied(stop: asyncio.Event) -> Coroutine[Any, Any, None]:
        count = 0
        subscriptions = Subscriptions()

        @subscriptions.on(StringValue)
        async def apply(events: list[Event[StringValue]]) -> None:
            await current_work().sql(
                "INSERT INTO effect (key, sequence, id)"
                " SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[])",
                (
                    [event.key for event in events],
                    [event.sequence for event in events],
                    [event.id for event in events],
                ),
            )

        def observe(signal: Signal, amount: int = 1, /, **_: object) -> None:
            nonlocal count
            count += amount * (signal is Signal.APPLIED)
            if count >= EVENTS:
                stop.set()

        client = redis.asyncio.Redis.from_url(course.broker)
        options = ConsumerOptions(batch=course.batch, observer=observe)
        return Consumer(Store(course.reader), client, subscriptions, "bench", [TOPIC], options).run(
            stop
        )

    return _run(until_applied)


def add(course: Course) -> int:
    """The broker alone: pipelined XADD of the same fields."""
    with redis.Redis.from_url(course.broker, protocol=2) as client:
        for start in range(0, RAW, course.batch):
            pipe = client.pipeline(transaction=False)
            stream = TOPIC.stream(start // course.batch % TOPIC.partitions)
            for number in range(start, start + course.batch):
                pipe.xadd(stream, _fields(number))
            pipe.execute()
    return RAW


def read(course: Course) -> int:
    """The broker alone: XREAD, and the entries as values."""
    at = {TOPIC.stream(partition): "0-0" for partition in range(TOPIC.partitions)}
    left = RAW
    with redis.Redis.from_url(course.broker, protocol=2) as client:
        while left > 0:
            found: Any = client.xread(dict(at), count=course.batch)
            for stream, entries in found:
                at[stream.decode()] = entries[-1][0].decode()
                left -= len([_event(fields) for _, fields in entries])
    return RAW


def compare(postgres: PostgresServer, broker: ValkeyServer, batch: int) -> float:
    """Run both at one batch size and print them; ours by theirs."""
    course = Course(
        owner=postgres.dsn("bench", _prepare),
        reader=postgres.dsn("bench", _prepare),
        broker=broker.url,
        batch=batch,
    )
    broker.clear()
    _line(f"batch {batch}: {EVENTS} events")
    steps: list[tuple[str, Callable[[Course], int]]] = [
        ("write (100 a transaction)", write),
        ("relay", relay),
        ("consume and apply", consume),
    ]
    costs = [_step(name, work, course, postgres.url) for name, work in steps]
    [(effects, heads)] = _ask(course)
    if (effects, heads) != (EVENTS, EVENTS):
        raise SystemExit(f"{effects} effects of {EVENTS}: no figure is worth this")
    broker.clear()
    raw = [
        _step(name, work, course, postgres.url) for name, work in (("XADD", add), ("XREAD", read))
    ]
    ours, theirs = costs[1] + costs[2], raw[0] + raw[1]
    ratio = ours.per_cpu_second / theirs.per_cpu_second
    _line(
        f"  outbox to applied {ours.per_cpu_second:,.0f}/CPU s, XADD + XREAD"
        f" {theirs.per_cpu_second:,.0f}/CPU s: ratio {ratio:.2f}"
    )
    return ratio


def main() -> None:
    """Both batch sizes, on servers of our own."""
    with postgres_server() as postgres, valkey_server(private=True) as broker:
        for batch in (100, 500):
            compare(postgres, broker, batch)


def _run(start: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> int:
    async def until_done() -> None:
        await start(asyncio.Event())

    uvloop.run(until_done())
    return EVENTS


def _step(name: str, work: Callable[[Course], int], course: Course, superuser: str) -> Cost:
    before = postgres_cpu(superuser), broker_cpu(course.broker)
    cost = measure(work, course)
    servers = postgres_cpu(superuser) - before[0], broker_cpu(course.broker) - before[1]
    _line(
        f"  {name:26} {cost.per_cpu_second:9,.0f}/CPU s {cost.count / cost.wall:9,.0f}/s;"
        f" beside it PostgreSQL {servers[0]:.1f} s, broker {servers[1]:.1f} s"
    )
    return cost


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


def _ask(course: Course) -> list[tuple[int, int]]:
    with psycopg.connect(course.owner) as owner, psycopg.connect(course.reader) as reader:
        effects = reader.execute("SELECT count(*) FROM effect").fetchall()[0][0]
        heads = owner.execute("SELECT sum(n)::bigint FROM stream_head").fetchall()[0][0]
    return [(effects, heads)]


def _line(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
