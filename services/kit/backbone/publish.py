"""Publishing: placed rows are appended to the stream, only after the entry that belongs there."""

import time
from importlib.resources import files
from itertools import chain

from redis.asyncio import Redis

from services.kit.backbone.envelope import START, Position
from services.kit.backbone.judge import Found, Judge, StoppedError, Tail
from services.kit.backbone.link import Link
from services.kit.backbone.signal import Signal
from services.kit.backbone.topic import Topic
from services.kit.checkpoint import reach
from services.kit.store import Row

_APPEND = files(__package__).joinpath("append.lua").read_text()
_UNKNOWN = "?"


class Publisher:
    """Keeps what it believes of each stream's tail; the append refuses where that is wrong."""

    def __init__(self, link: Link, redis: Redis, topic: Topic, judge: Judge, batch: int) -> None:
        self._link = link
        self._append = redis.register_script(_APPEND)
        self._topic = topic
        self._judge = judge
        self._batch = batch
        self._sent: dict[int, Position] = {}
        self.tails: dict[int, Tail] = {}

    def expect(self, partition: int) -> None:
        """Rows were placed: there is something to publish."""
        if tail := self.tails.get(partition):
            tail.behind = True

    def rests(self, partition: int, *, compare_every: float) -> bool:
        """Whether there is nothing to publish, and the stream was compared lately.

        An idle partition is compared as well, `compare_every` seconds after the last time: a
        broker that lost everything would go unnoticed otherwise.
        """
        tail = self.tails.get(partition)
        if tail is None or tail.behind:
            return False
        return time.monotonic() - tail.compared < compare_every

    async def publish(self, partition: int) -> int:
        """Append what is placed and not there yet, or compare; how many. Raises StoppedError."""
        tail = self.tails.get(partition) or await self._find(partition)
        if tail is None:
            return 0
        rows = await self.read(partition, tail)
        if rows:
            reach("relay.before_publish")
        found = await self.append(partition, str(tail.expected), rows)
        if found is not None:
            self._judge.tell(Signal.REFUSED, partition, tail=str(found.last))
            await self._reconsider(partition, found, tail)
            return len(rows)
        tail.compared = time.monotonic()
        tail.behind = len(rows) == self._batch
        if rows:
            reach("relay.after_publish")
            tail.expected = tail.after = Position.parse(rows[-1][0])
            self._sent[partition] = tail.expected
            self._judge.tell(Signal.PUBLISHED, partition, amount=len(rows))
        return len(rows)

    async def note_sent(self) -> None:
        """Tell the database how far the streams are: a hint, so once for everything published."""
        if not self._sent:
            return
        sent, self._sent = self._sent, {}
        await self._link.rows(
            "UPDATE stream_head h SET sent_incarnation = s.incarnation, sent_n = s.n"
            " FROM unnest(%s::int[], %s::bigint[], %s::bigint[]) AS s(partition, incarnation, n)"
            " WHERE h.partition = s.partition",
            (list(sent), [at.incarnation for at in sent.values()], [at.n for at in sent.values()]),
        )

    async def read(self, partition: int, tail: Tail) -> list[Row]:
        """Rows after the tail as the script takes them; raises StoppedError at a hole."""
        rows = await self._link.rows(
            "SELECT incarnation || '-' || n, event_id, type,"
            " to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
            " subject, dataschema, key, sequence::text, traceparent, actor, data FROM outbox"
            " WHERE partition = %s AND (incarnation, n) > (%s, %s)"
            " ORDER BY partition, incarnation, n LIMIT %s",
            (partition, *tail.after, self._batch),
        )
        if rows:
            self._check(partition, tail.after, rows)
        return rows

    async def append(self, partition: int, expected: str, rows: list[Row]) -> Found | None:
        """None if `expected` was last and the rows stand behind it now, else what is last there."""
        written, last, ce_id = await self._append(
            keys=[self._topic.stream(partition)],
            args=[expected, self._topic.name, *chain.from_iterable(rows)],
        )
        return None if written else Found(Position.parse(last), ce_id.decode())

    def _check(self, partition: int, after: Position, rows: list[Row]) -> None:
        first, last = Position.parse(rows[0][0]), Position.parse(rows[-1][0])
        # From nowhere, the oldest row that we still have is the first.
        follows = after == START or first.n == after.n + 1
        if not follows or last.n - first.n != len(rows) - 1:
            self._judge.tell(Signal.HOLE_IN_OUTBOX, partition, after=str(after), first=str(first))
            raise StoppedError(f"rows are missing between {after} and {last}")

    async def _find(self, partition: int) -> Tail | None:
        found = await self.append(partition, _UNKNOWN, [])
        return await self._reconsider(partition, found, None) if found else None

    async def _reconsider(self, partition: int, found: Found, known: Tail | None) -> Tail | None:
        self.tails.pop(partition, None)
        tail = await self._judge.judge(partition, found, known)
        if tail is not None:
            self.tails[partition] = tail
            # Of a broker that lost everything: what all subscribers had read is not sent again.
            self._sent[partition] = tail.after
        return tail
