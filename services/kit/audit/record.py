"""Rows are collected in a unit of work and written with one statement before it commits."""

from dataclasses import dataclass, field
from zlib import crc32

from services.kit.audit.change import Change
from services.kit.audit.source import correlation, source, who
from services.kit.backbone.outbox import Outbox
from services.kit.store import Work

PARTITIONS = 4
RESERVED = "audit."
"""Kinds of the audit's own rows, which use cases cannot write."""

_COLUMNS = (
    "partition, who, via, kind, key, old, new, reason, service, method, schema_version,"
    " mapping_version, correlation"
)


def record(work: Work, *changes: Change) -> None:
    """Keep `changes` with what `work` commits; the order within a key is kept."""
    if not changes:
        return
    waiting = work.parts.get(Waiting)
    if not isinstance(waiting, Waiting):
        waiting = work.parts[Waiting] = Waiting(work, service_of(work))
    for change in changes:
        if change.kind.startswith(RESERVED):
            raise ValueError(f"{change.kind} is the audit's own")
        waiting.add(change, part_of(change.key))


def part_of(key: str) -> int:
    """The chain of a key; their number never changes."""
    return crc32(key.encode()) % PARTITIONS


def service_of(work: Work) -> str:
    """Whose store it is, by the topic of its outbox."""
    outbox = work.bound.get(Outbox)
    return outbox.topic.name.rpartition(".")[2] if isinstance(outbox, Outbox) else ""


@dataclass
class Waiting:
    """The rows of one transaction."""

    work: Work
    service: str
    columns: tuple[list[object], ...] = field(default_factory=lambda: tuple([] for _ in range(13)))

    def add(self, change: Change, partition: int) -> None:
        """Keep it until the commit, with who and through what as it is now."""
        if not self.columns[0]:
            self.work.before_commit(self.flush)
        told = source()
        row = (
            partition,
            *who(self.service),
            change.kind,
            change.key,
            *change.texts(),
            change.reason or told.reason,
            self.service,
            told.method,
            change.schema_version,
            change.mapping_version,
            correlation(),
        )
        for column, value in zip(self.columns, row, strict=True):
            column.append(value)

    async def flush(self) -> None:
        """Write them; ids follow the order in which they were told."""
        columns, self.columns = self.columns, tuple([] for _ in self.columns)
        await self.work.sql(
            f"INSERT INTO audit_unsealed ({_COLUMNS})"
            " SELECT p, w, v, k, n, o::json, e::json, r, s, m, sv, mv, c FROM unnest(%b::int[],"
            " %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],"
            " %b::text[], %b::text[], %b::int[], %b::bigint[], %b::text[])"
            " WITH ORDINALITY AS t(p, w, v, k, n, o, e, r, s, m, sv, mv, c, i) ORDER BY i",
            columns,
        )
