"""The cursor row: lease, fence and inbox of one partition, in the consumer's own database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.kit.backbone.envelope import Position
from services.kit.backbone.link import Link
from services.kit.backbone.topic import Topic
from services.kit.store import Work


class FencedError(Exception):
    """Somebody else owns the partition now; nothing of ours may commit."""


@dataclass(eq=False, slots=True)
class Lease:
    """A partition that we own under `epoch`, and what we know of it.

    Until `suspect_until` a process died: its events are handled one by one. `marked` is the end of
    the range that is stored, `next` of the one behind it if that is in our hands already. `parked`
    is whether it may hold parked keys; only its owner adds some. Times are monotonic.
    """

    topic: Topic
    partition: int
    epoch: int
    position: Position
    suspect_until: int = 0
    marked: int = 0
    next: int = 0
    leaving: bool = False
    parked: bool = True
    single: bool = False
    failures: int = 0
    paused_until: float = 0.0

    @property
    def stream(self) -> str:
        """Its stream."""
        return self.topic.stream(self.partition)

    @property
    def careful(self) -> bool:
        """Whether to go one by one."""
        return self.position.n < self.suspect_until


@dataclass(frozen=True, slots=True)
class CursorRow:
    """A cursor as it stands in the database."""

    topic: str
    partition: int
    owner: str
    epoch: int
    beat: int
    n: int


@dataclass(frozen=True)
class Cursors:
    """The rows of one consumer; every change but a testimony is a compare-and-set on the epoch."""

    consumer: str
    instance: str

    async def prepare(self, link: Link, topics: Sequence[Topic]) -> None:
        """Make the rows of all partitions."""
        places = [(topic.name, p) for topic in topics for p in range(topic.partitions)]
        await link.rows(
            "INSERT INTO cursor (consumer, topic, partition)"
            " SELECT %s, t, p FROM unnest(%s::text[], %s::int[]) AS r(t, p)"
            " ON CONFLICT DO NOTHING",
            (self.consumer, [topic for topic, _ in places], [p for _, p in places]),
        )

    async def read(self, link: Link) -> list[CursorRow]:
        """All rows of this consumer."""
        rows = await link.rows(
            "SELECT topic, partition, owner, epoch, beat, n FROM cursor WHERE consumer = %s"
            " ORDER BY topic, partition",
            (self.consumer,),
        )
        return [CursorRow(*row) for row in rows]

    async def beat(self, link: Link, leases: Iterable[Lease]) -> set[tuple[str, int]]:
        """Show that we live; the partitions that are still ours."""
        held = list(leases)
        rows = await link.rows(
            "UPDATE cursor c SET beat = c.beat + 1"
            " FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS o(topic, partition, epoch)"
            " WHERE c.consumer = %s AND c.topic = o.topic AND c.partition = o.partition"
            " AND c.epoch = o.epoch RETURNING c.topic, c.partition",
            (
                [lease.topic.name for lease in held],
                [lease.partition for lease in held],
                [lease.epoch for lease in held],
                self.consumer,
            ),
        )
        return {(topic, partition) for topic, partition in rows}

    async def take(self, link: Link, topic: Topic, row: CursorRow) -> Lease | None:
        """Own a partition from now on; None if somebody else was quicker."""
        rows = await link.rows(
            "UPDATE cursor SET epoch = epoch + 1, beat = beat + 1, owner = %s"
            " WHERE consumer = %s AND topic = %s AND partition = %s AND epoch = %s"
            " RETURNING epoch, incarnation, n, tries_until",
            (self.instance, self.consumer, row.topic, row.partition, row.epoch),
        )
        for epoch, incarnation, n, until in rows:
            return Lease(topic, row.partition, epoch, Position(incarnation, n), until)
        return None

    async def release(self, link: Link, lease: Lease) -> None:
        """Hand a partition over between two batches: whoever is next need not be careful."""
        await link.rows(
            "UPDATE cursor SET epoch = epoch + 1, beat = beat + 1, owner = '', tries_until = %s"
            " WHERE consumer = %s AND topic = %s AND partition = %s AND epoch = %s",
            (
                max(lease.suspect_until, lease.position.n),
                self.consumer,
                lease.topic.name,
                lease.partition,
                lease.epoch,
            ),
        )

    async def mark(self, link: Link, lease: Lease, until: int) -> int:
        """Store the end of the range that is handled next; how often it was tried alone.

        Raises FencedError. A death leaves the range behind; only tries one by one are counted.
        """
        rows = await link.rows(
            "UPDATE cursor SET tries = CASE WHEN %s THEN tries + 1 ELSE 0 END, tries_until = %s,"
            " beat = beat + 1 WHERE consumer = %s AND topic = %s AND partition = %s"
            " AND epoch = %s AND incarnation = %s AND n = %s RETURNING tries,"
            " EXISTS (SELECT FROM parked_key k WHERE k.consumer = cursor.consumer"
            " AND k.topic = cursor.topic AND k.partition = cursor.partition)",
            (
                lease.single,
                until,
                self.consumer,
                lease.topic.name,
                lease.partition,
                lease.epoch,
                *lease.position,
            ),
        )
        for tries, lease.parked in rows:
            lease.marked = until
            return int(tries)
        raise FencedError

    async def testify(self, link: Link, lease: Lease) -> None:
        """We tried one alone, failed and live: that was no death. Holds for a fenced owner too."""
        if lease.single:
            await link.rows(
                "UPDATE cursor SET tries = greatest(tries - 1, 0) WHERE consumer = %s"
                " AND topic = %s AND partition = %s AND incarnation = %s AND n = %s",
                (self.consumer, lease.topic.name, lease.partition, *lease.position),
            )

    async def advance(self, work: Work, lease: Lease, to: Position) -> None:
        """End the transaction: move the cursor, if it and the epoch are what we know.

        What comes next is marked on the way. Raises FencedError. It is a write, for only that
        meets another owner's write.
        """
        rows = await work.sql(
            "UPDATE cursor SET incarnation = %s, n = %s, tries = 0, beat = beat + 1,"
            " tries_until = greatest(tries_until, %s)"
            " WHERE consumer = %s AND topic = %s AND partition = %s"
            " AND epoch = %s AND incarnation = %s AND n = %s RETURNING n",
            (
                *to,
                lease.next,
                self.consumer,
                lease.topic.name,
                lease.partition,
                lease.epoch,
                *lease.position,
            ),
        )
        if not rows:
            raise FencedError
