"""Rows are collected in a unit of work and written with one statement before it commits."""

from dataclasses import dataclass, field
from typing import LiteralString
from zlib import crc32

import orjson

from services.kit.audit.change import Change
from services.kit.audit.source import correlation, source, who
from services.kit.backbone.outbox import Outbox
from services.kit.store import Work

PARTITIONS = 4
RESERVED = "audit."
"""Kinds of the audit's own rows, which use cases cannot write."""

_TYPES = {
    "partition": "int",
    "who": "text",
    "via": "text",
    "kind": "text",
    "key": "text",
    "old": "text",
    "new": "text",
    "reason": "text",
    "service": "text",
    "method": "text",
    "schema_version": "int",
    "mapping_version": "bigint",
    "correlation": "text",
}
_NAMES = tuple(_TYPES)
_COLUMNS = ", ".join(_NAMES)
# One parameter: an array a column would cost the client more than all the rest of a change.
_INSERT: LiteralString = (
    f"INSERT INTO audit_unsealed ({_COLUMNS})"
    f" SELECT {_COLUMNS.replace('old, new', 'old::json, new::json')}"
    " FROM ROWS FROM (json_to_recordset(%s::json)"
    f" AS ({', '.join(f'{name} {kind}' for name, kind in _TYPES.items())}))"
    f" WITH ORDINALITY AS t({_COLUMNS}, place) ORDER BY place"
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
    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, change: Change, partition: int) -> None:
        """Keep it until the commit, with who and through what as it is now."""
        if not self.rows:
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
        self.rows.append(dict(zip(_NAMES, row, strict=True)))

    async def flush(self) -> None:
        """Write them; ids follow the order in which they were told."""
        rows, self.rows = self.rows, []
        self.work.write_last(_INSERT, (orjson.dumps(rows).decode(),))
