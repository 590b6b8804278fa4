"""What a stream's tail means when it is not the one we expected."""

from dataclasses import dataclass
from importlib.resources import files

from redis.asyncio import Redis

from services.kit.backbone.envelope import START, Position
from services.kit.backbone.link import Link
from services.kit.backbone.signal import Observer, Signal
from services.kit.backbone.topic import Topic

_DROP = files(__package__).joinpath("drop.lua").read_text()


@dataclass(frozen=True, slots=True)
class Found:
    """The last entry of a stream as the broker has it."""

    last: Position
    ce_id: str


@dataclass(slots=True)
class Tail:
    """What we expect to be last in the stream, and the row after which we publish.

    `behind` is whether there may be more rows than were published.
    """

    expected: Position
    after: Position
    compared: float = 0.0
    behind: bool = True


class StoppedError(Exception):
    """A partition must not go on without a person; the alert was raised."""


class Judge:
    """Decides from where to publish; raises StoppedError where nothing of ours explains it."""

    def __init__(self, link: Link, redis: Redis, topic: Topic, observe: Observer) -> None:
        self._link = link
        self._drop = redis.register_script(_DROP)
        self._topic = topic
        self._observe = observe

    async def judge(self, partition: int, found: Found, known: Tail | None) -> Tail | None:
        """The tail to go on from; None to look again."""
        if found.last == START:
            return await self._lost(partition, known)
        if not await self.is_ours(partition, found):
            await self._ghost(partition, found)
            return None
        await self._tell(partition, found.last, known)
        return Tail(found.last, found.last)

    async def is_ours(self, partition: int, found: Found) -> bool:
        """Whether the row at that position is the event that stands there, not just a position."""
        rows = await self._link.rows(
            "SELECT event_id FROM outbox WHERE partition = %s AND incarnation = %s AND n = %s",
            (partition, *found.last),
        )
        return rows == [(found.ce_id,)]

    async def rebuild_from(self, partition: int) -> Position:
        """The lowest reported cursor; the oldest row if somebody never reported."""
        rows = await self._link.rows(
            "SELECT incarnation, n FROM subscriber WHERE partition = %s", (partition,)
        )
        if not rows or any(n is None for _, n in rows):
            return START
        return min(Position(*row) for row in rows)

    async def _lost(self, partition: int, known: Tail | None) -> Tail:
        self.tell(Signal.LOST_ALL if known else Signal.STARTED_EMPTY, partition)
        low = await self.rebuild_from(partition)
        [(incarnation, n)] = await self._head(partition)
        if low.n > n:
            # A subscriber saw what this database does not know; the same incarnation would reuse
            # its positions, and it would skip what we place there.
            self.tell(Signal.CURSOR_BEYOND_HEAD, partition, cursor=str(low))
            if low.incarnation >= incarnation:
                raise StoppedError(f"a cursor stands at {low}, beyond the head {incarnation}-{n}")
        return Tail(START, await self._own_row_before(partition, low))

    async def _own_row_before(self, partition: int, low: Position) -> Position:
        # Where the cursors stand may be forgotten by us; what follows our last row is not.
        rows = await self._link.rows(
            "SELECT incarnation, n FROM outbox WHERE partition = %s"
            " AND (incarnation, n) <= (%s, %s) ORDER BY incarnation DESC, n DESC LIMIT 1",
            (partition, *low),
        )
        return Position(*rows[0]) if rows else START

    async def _ghost(self, partition: int, found: Found) -> None:
        [(incarnation, _)] = await self._head(partition)
        if found.last.incarnation >= incarnation:
            self.tell(Signal.FOREIGN_TAIL, partition, tail=str(found.last), ce_id=found.ce_id)
            raise StoppedError(f"{found.last} in {self._topic.stream(partition)} is not ours")
        # Those who have not read what the owner forgot shall not read it any more.
        await self._drop(keys=[self._topic.stream(partition)], args=[str(found.last)])
        self.tell(Signal.GHOST_DROPPED, partition, tail=str(found.last))

    async def _tell(self, partition: int, last: Position, known: Tail | None) -> None:
        if known is not None:
            signal = Signal.BEHIND if last < known.expected else Signal.AHEAD
            self.tell(signal, partition, tail=str(last))
            return
        [(sent,)] = await self._link.rows(
            "SELECT %s - sent_n FROM stream_head WHERE partition = %s", (last.n, partition)
        )
        if sent > 0:
            self.tell(Signal.REPUBLISH_SUPPRESSED, partition, amount=sent)

    async def _head(self, partition: int) -> list[tuple[int, int]]:
        rows = await self._link.rows(
            "SELECT incarnation, n FROM stream_head WHERE partition = %s", (partition,)
        )
        return [(incarnation, n) for incarnation, n in rows]

    def tell(self, signal: Signal, partition: int, amount: int = 1, **facts: object) -> None:
        """Signal something about a partition of this topic."""
        self._observe(signal, amount, topic=self._topic.name, partition=partition, **facts)
