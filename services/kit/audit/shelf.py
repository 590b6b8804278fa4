"""Reads audit rows for people, sealed or not yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.kit.store import Work

_READ = (
    "id, partition, {seq} AS seq, at, who, via, kind, key, old::text, new::text, reason, service,"
    " method, schema_version, mapping_version, correlation"
)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A change as it was recorded; `seq` is 0 until it is sealed."""

    id: int
    partition: int
    seq: int
    at: datetime
    who: str
    via: str
    kind: str
    key: str
    old: str | None
    new: str | None
    reason: str
    service: str
    method: str
    schema_version: int
    mapping_version: int
    correlation: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for, None for anything; `plants` are what a key may begin with."""

    kind: str | None = None
    key: str | None = None
    who: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    plants: Collection[str] | None = None


async def list_rows(
    work: Work, wanted: Filter, *, before: int | None = None, limit: int = 50
) -> list[AuditRow]:
    """Newest first; `before` is the id where a page ended."""
    asked = {
        "kind": wanted.kind,
        "key": wanted.key,
        "who": wanted.who,
        "since": wanted.since,
        "until": wanted.until,
        "before": before,
        "plants": None if wanted.plants is None else list(wanted.plants),
    }
    conditions = {
        "kind": "kind = %(kind)s",
        "key": "key = %(key)s",
        "who": "who = %(who)s",
        "since": "at >= %(since)s",
        "until": "at < %(until)s",
        "before": "id < %(before)s",
        "plants": "split_part(key, '/', 1) = ANY(%(plants)s)",
    }
    given = [conditions[name] for name, value in asked.items() if value is not None]
    where = f"WHERE {' AND '.join(given)}" if given else ""
    part = f"{where} ORDER BY id DESC LIMIT %(limit)s"
    rows = await work.sql(
        f"(SELECT {_READ.format(seq='seq')} FROM audit {part}) UNION ALL"
        f" (SELECT {_READ.format(seq='0')} FROM audit_unsealed {part})"
        " ORDER BY id DESC LIMIT %(limit)s",
        asked | {"limit": limit},
    )
    return [AuditRow(*row) for row in rows]


async def unsealed(work: Work) -> tuple[int, float]:
    """The window: rows that no seal covers yet, and how old (seconds) the oldest is."""
    [(rows, age)] = await work.sql(
        "SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)::float8"
        " FROM audit_unsealed"
    )
    return rows, age
