"""How far this service's consumers are behind the streams they follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.kit.backbone.envelope import Position
from services.kit.clock import Clock
from services.kit.desk.flows import Flow
from services.kit.store import Work

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one partition has been applied, and by which process it is now."""

    consumer: str
    topic: str
    partition: int
    owner: str
    position: Position

    @property
    def stream(self) -> str:
        """What it reads."""
        return f"{self.topic}.{self.partition}"


@dataclass(frozen=True, slots=True)
class Lag:
    """How many events wait behind a cursor, and for how long the first of them (seconds)."""

    cursor: Cursor
    events: int
    oldest: float = 0.0


async def read_cursors(work: Work) -> list[Cursor]:
    """Every partition this service follows."""
    rows = await work.sql(
        "SELECT consumer, topic, partition, owner, incarnation, n FROM cursor"
        " ORDER BY consumer, topic, partition"
    )
    return [
        Cursor(consumer, topic, partition, owner, Position(incarnation, n))
        for consumer, topic, partition, owner, incarnation, n in rows
    ]


async def read_lags(redis: "Redis", cursors: Sequence[Cursor], clock: Clock) -> list[Lag]:
    """Against the ends of the streams, in two round trips; a stream that is away has no lag."""
    async with redis.pipeline(transaction=False) as pipe:
        for cursor in cursors:
            pipe.xrevrange(cursor.stream, count=1)
        ends = await pipe.execute()
        late = [
            (cursor, Position.parse(end[0][0]).n - cursor.position.n)
            for cursor, end in zip(cursors, ends, strict=True)
            if end
        ]
        behind = [(cursor, events) for cursor, events in late if events > 0]
        for cursor, _ in behind:
            pipe.xrange(cursor.stream, min=f"({cursor.position}", count=1)
        firsts = await pipe.execute() if behind else []
    waited = {cursor: _age(first, clock) for (cursor, _), first in zip(behind, firsts, strict=True)}
    return [Lag(cursor, max(events, 0), waited.get(cursor, 0.0)) for cursor, events in late]


async def read_consumer_flows(
    redis: "Redis", cursors: Sequence[Cursor], clock: Clock
) -> list[Flow]:
    """One flow a consumer and topic; without its broker it says so."""
    try:
        lags = await read_lags(redis, cursors, clock)
    except RedisError as error:
        names = dict.fromkeys((cursor.consumer, cursor.topic) for cursor in cursors)
        return [
            Flow("consumer", f"{consumer} < {topic}", "unknown", 0, detail=f"broker: {error}")
            for consumer, topic in names
        ]
    by_topic = groupby(lags, key=lambda lag: (lag.cursor.consumer, lag.cursor.topic))
    return [_sum(f"{consumer} < {topic}", list(each)) for (consumer, topic), each in by_topic]


def _sum(name: str, lags: Sequence[Lag]) -> Flow:
    unowned = sum(not lag.cursor.owner for lag in lags)
    worst = sorted((lag for lag in lags if lag.events), key=lambda lag: -lag.events)[:_SHOWN]
    detail = ", ".join(
        f"partition {lag.cursor.partition} at {lag.cursor.position} +{lag.events}" for lag in worst
    )
    return Flow(
        "consumer",
        name,
        "unowned" if unowned else "",
        sum(lag.events for lag in lags),
        max((lag.oldest for lag in lags), default=0.0),
        detail,
    )


def _age(entries: list[tuple[bytes, dict[bytes, Any]]], clock: Clock) -> float:
    if not entries:
        return 0.0
    fields = entries[0][1]
    written = datetime.fromisoformat(fields[b"ce_time"].decode())
    return max((clock.now() - written).total_seconds(), 0.0)
