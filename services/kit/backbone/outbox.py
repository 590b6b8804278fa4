"""The outbox: events commit with the business rows they tell of."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.message import Message

from services.kit.backbone.topic import Topic
from services.kit.checkpoint import reach
from services.kit.clock import Clock, SystemClock
from services.kit.errors import InvalidError
from services.kit.ids import uuid7
from services.kit.signals import carrier
from services.kit.store import Work

# A batch of the largest must fit the broker's and a consumer's memory; more belongs in a document.
MAX_DATA = 64 * 1024


def _nobody() -> str:
    return ""


@dataclass
class Outbox:
    """Where a service's events go; `store.bind(Outbox(topic))` once, at start.

    `clock` stamps ce_time, which only informs; `actor` names who acts, "" for nobody.
    """

    topic: Topic
    clock: Clock = field(default_factory=SystemClock)
    actor: Callable[[], str] = _nobody
    listeners: set[Callable[[], None]] = field(default_factory=set)

    def committed(self) -> None:
        """Events were committed here: tell a relay in the same process."""
        reach("outbox.after_commit")
        for listener in self.listeners:
            listener()


def emit(work: Work, key: str, message: Message, *, subject: str = "") -> str:
    """Tell of `message` when `work` commits; the event's id. Order is kept within `key`.

    Raises InvalidError on an empty key and on data larger than MAX_DATA bytes.
    """
    outbox = work.bound.get(Outbox)
    if not isinstance(outbox, Outbox):
        raise RuntimeError("this store has no outbox; call store.bind(Outbox(topic)) at start")
    if not key:
        raise InvalidError("an event needs a key", field="key")
    data = message.SerializeToString()
    if len(data) > MAX_DATA:
        raise InvalidError(
            f"{message.DESCRIPTOR.full_name} takes {len(data)} bytes, {MAX_DATA} are allowed",
            code="event_too_large",
            field="data",
            hint="send a reference to the stored content",
        )
    waiting = work.parts.get(Waiting)
    if not isinstance(waiting, Waiting):
        waiting = work.parts[Waiting] = Waiting(work, outbox)
    return waiting.add(key, message, data, subject)


@dataclass
class Waiting:
    """The events of one transaction, written once, just before it commits."""

    work: Work
    outbox: Outbox
    keys: list[str] = field(default_factory=list)
    columns: tuple[list[object], ...] = field(default_factory=lambda: tuple([] for _ in range(8)))

    def add(self, key: str, message: Message, data: bytes, subject: str) -> str:
        """Keep it until the commit; the event's id."""
        if not self.keys:
            self.work.before_commit(self.flush)
            self.work.after_commit(self.outbox.committed)
        id = str(uuid7())
        descriptor = message.DESCRIPTOR
        row = (
            id,
            descriptor.full_name,
            descriptor.file.name,
            subject,
            self.outbox.clock.now(),  # house: allow wall-clock - ce_time informs people only
            carrier(),
            self.outbox.actor(),
            data,
        )
        self.keys.append(key)
        for column, value in zip(self.columns, row, strict=True):
            column.append(value)
        return id

    async def flush(self) -> None:
        """Take the sequences under the keys' locks, then insert: ids follow the sequences."""
        keys, columns = self.keys, self.columns
        self.keys, self.columns = [], tuple([] for _ in columns)
        sequences = number(keys, await self.lock(Counter(keys)))
        part_of = self.outbox.topic.part_of
        self.work.write_last(
            "INSERT INTO outbox (partition, key, sequence, event_id, type, dataschema, subject,"
            " time, traceparent, actor, data)"
            " SELECT p, k, s, e, t, c, j, at, tp, a, d FROM unnest(%b::int[], %b::text[],"
            " %b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[], %b::timestamptz[],"
            " %b::text[], %b::text[], %b::bytea[])"
            " WITH ORDINALITY AS r(p, k, s, e, t, c, j, at, tp, a, d, i) ORDER BY i",
            ([part_of(key) for key in keys], keys, sequences, *columns),
        )

    async def lock(self, counts: Counter[str]) -> dict[str, int]:
        """Add to each key's count; the last sequence before ours. Sorted, so nobody deadlocks."""
        keys = list(counts)
        rows = await self.work.sql(
            "INSERT INTO outbox_key AS o (key, sequence)"
            ' SELECT k, c FROM unnest(%b::text[], %b::bigint[]) AS t(k, c) ORDER BY k COLLATE "C"'
            " ON CONFLICT (key) DO UPDATE SET sequence = o.sequence + excluded.sequence"
            " RETURNING key, sequence",
            (keys, list(counts.values())),
        )
        return {key: last - counts[key] for key, last in rows}


def number(keys: list[str], last: dict[str, int]) -> list[int]:
    """Gap-free sequences after each key's last."""
    sequences = []
    for key in keys:
        last[key] += 1
        sequences.append(last[key])
    return sequences
