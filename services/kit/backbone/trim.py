"""Trimming: streams and outbox lose what every subscriber has passed; without any, what is old."""

from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files

from redis.asyncio import Redis

from services.kit.backbone.envelope import Position
from services.kit.backbone.link import Link
from services.kit.backbone.signal import Observer, Signal
from services.kit.backbone.topic import Topic

_TRIM = files(__package__).joinpath("trim.lua").read_text()
_CHUNK = 10_000
LEAST_KEPT = timedelta(days=30)


async def register(link: Link, topic: Topic, name: str) -> None:
    """Expect reports of a subscriber: nothing is trimmed before it reported."""
    await link.rows(
        "INSERT INTO subscriber (name, partition) SELECT %s, generate_series(0, %s)"
        " ON CONFLICT DO NOTHING",
        (name, topic.partitions - 1),
    )


async def forget(link: Link, redis: Redis, topic: Topic, name: str) -> None:
    """A subscriber is gone for good and shall hold nothing back."""
    for partition in range(topic.partitions):
        await redis.hdel(topic.reports(partition), name)
    await link.rows("DELETE FROM subscriber WHERE name = %s", (name,))


async def report(redis: Redis, consumer: str, cursors: dict[tuple[Topic, int], Position]) -> None:
    """Tell the owners where this subscriber stands; they trim below and rebuild from there."""
    async with redis.pipeline(transaction=False) as pipe:
        for (topic, partition), position in cursors.items():
            pipe.hset(topic.reports(partition), consumer, str(position))
        await pipe.execute()


async def read_reports(redis: Redis, topic: Topic, partition: int) -> dict[str, Position]:
    """What the broker knows of the subscribers' cursors now."""
    found: dict[bytes, bytes] = await redis.hgetall(topic.reports(partition))  # type: ignore[assignment]
    return {name.decode(): Position.parse(text) for name, text in found.items()}


@dataclass(frozen=True)
class Trimmer:
    """Copies the reports into the owner's registry (a flush loses them) and trims below all."""

    link: Link
    redis: Redis
    topic: Topic
    observe: Observer
    keep: timedelta = LEAST_KEPT

    def __post_init__(self) -> None:
        """Refuse to keep less than what a rebuild relies on."""
        if self.keep < LEAST_KEPT:
            raise ValueError(f"outbox rows are kept at least {LEAST_KEPT}")

    async def trim(self) -> None:
        """One pass over all partitions."""
        script = self.redis.register_script(_TRIM)
        for partition in range(self.topic.partitions):
            await self.copy_reports(partition)
            low = await self._low(partition)
            if low is None:
                continue
            removed = await script(keys=[self.topic.stream(partition)], args=list(low))
            removed_rows = await self._trim_rows(partition, low)
            if removed or removed_rows:
                self._tell(Signal.TRIMMED, partition, removed, rows=removed_rows)

    async def copy_reports(self, partition: int) -> None:
        """What the broker knows of the cursors now."""
        reports = await read_reports(self.redis, self.topic, partition)
        cursors = list(reports.values())
        await self.link.rows(
            "INSERT INTO subscriber (name, partition, incarnation, n)"
            " SELECT r.name, %s, r.incarnation, r.n"
            " FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS r(name, incarnation, n)"
            " ON CONFLICT (name, partition) DO UPDATE"
            " SET incarnation = excluded.incarnation, n = excluded.n"
            " WHERE (subscriber.incarnation, subscriber.n)"
            " IS DISTINCT FROM (excluded.incarnation, excluded.n)",
            (
                partition,
                list(reports),
                [cursor.incarnation for cursor in cursors],
                [cursor.n for cursor in cursors],
            ),
        )

    async def _low(self, partition: int) -> Position | None:
        """What may be trimmed below; where nobody is registered, age alone decides."""
        oldest = await self.link.rows(
            "SELECT coalesce(o.incarnation, h.incarnation), coalesce(o.n, h.n) FROM stream_head h"
            " LEFT JOIN LATERAL (SELECT incarnation, n FROM outbox WHERE partition = h.partition"
            "  AND n IS NOT NULL AND written_at >= clock_timestamp() - %s"
            "  ORDER BY incarnation, n LIMIT 1) o ON true"
            " WHERE h.partition = %s AND NOT EXISTS (SELECT FROM subscriber s"
            "  WHERE s.partition = h.partition)",
            (self.keep, partition),
        )
        return Position(*oldest[0]) if oldest else await self.lowest(partition)

    async def lowest(self, partition: int) -> Position | None:
        """The cursor below which nobody reads; None without subscribers.

        None, and an alert, while one of them is unknown.
        """
        rows = await self.link.rows(
            "SELECT s.name, s.incarnation, s.n, h.n FROM subscriber s"
            " JOIN stream_head h USING (partition) WHERE partition = %s ORDER BY s.name",
            (partition,),
        )
        missing = [name for name, _, n, _ in rows if n is None]
        if missing:
            self._tell(Signal.TRIM_WITHHELD, partition, missing=missing)
        if missing or not rows:
            return None
        for name, incarnation, n, head in rows:
            if n > head:
                cursor = str(Position(incarnation, n))
                self._tell(Signal.CURSOR_BEYOND_HEAD, partition, subscriber=name, cursor=cursor)
        return min(Position(incarnation, n) for _, incarnation, n, _ in rows)

    async def _trim_rows(self, partition: int, low: Position) -> int:
        [(removed,)] = await self.link.rows(
            "WITH old AS (DELETE FROM outbox WHERE id IN (SELECT o.id FROM outbox o"
            "  JOIN stream_head h USING (partition)"
            "  WHERE o.partition = %s AND (o.incarnation, o.n) < (%s, %s) AND o.n < h.n"
            "  AND o.written_at < clock_timestamp() - %s"
            "  ORDER BY o.incarnation, o.n LIMIT %s) RETURNING 1)"
            " SELECT count(*) FROM old",
            (partition, *low, self.keep, _CHUNK),
        )
        return int(removed)

    def _tell(self, signal: Signal, partition: int, amount: int = 1, **facts: object) -> None:
        self.observe(signal, amount, topic=self.topic.name, partition=partition, **facts)
