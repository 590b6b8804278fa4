"""What waits in the lanes, for people to see: entries, their story, and counts a system."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.kit.errors import NotFoundError
from services.kit.lanes.entry import COLUMNS, PARKED, Entry, State, read_entry
from services.kit.store import Row, Work

MAX_PAGE = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to list; None matches all. `after` = the last id of the page before.

    `plants` are what a key may begin with, before its first slash; `in_doubt` = only those of which
    the outside system may hold too many or too few documents.
    """

    system: str | None = None
    key: str | None = None
    code: str | None = None
    plants: Collection[str] | None = None
    states: Collection[State] = PARKED
    after: int = 0
    limit: int = MAX_PAGE
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did to an entry, and why; payloads only where they changed."""

    at: datetime
    who: str
    action: str
    old: dict[str, Any]
    new: dict[str, Any]
    old_payload: bytes | None
    new_payload: bytes | None
    reason: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Documents that the outside system should not hold, or should and does not."""

    kind: str
    documents: tuple[str, ...]
    raised_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry as a person sees it: in its state `since`, with `behind` open ones held up by it."""

    entry: Entry
    since: datetime
    behind: int


@dataclass(frozen=True, slots=True)
class Story:
    """An entry and what happened to it, oldest first."""

    waiting: Waiting
    changes: tuple[Change, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Traffic:
    """How one system's lanes stand. `rate`, `budget` = requests a second; `trouble` = why slow."""

    system: str
    budget: float
    rate: float
    failures: int
    trouble: str
    waiting: int
    parked: int
    oldest_seconds: float


_WAITING = (
    f"SELECT {COLUMNS}, coalesce(e.settled_at, e.accepted_at), (SELECT count(*) FROM lane_entry l"
    "  WHERE l.system = e.system AND l.key = e.key AND l.position > e.position"
    "  AND l.state NOT IN ('posted', 'skipped')) FROM lane_entry e"
)

# Spelt out, so that the index of open entries serves and years of posted ones cost nothing.
_OPEN = " AND e.state NOT IN ('posted', 'skipped')"
_IN_DOUBT = " AND e.id IN (SELECT entry_id FROM lane_exception WHERE closed_at IS NULL)"


async def list_entries(work: Work, wanted: Filter) -> list[Waiting]:
    """Entries by id, at most MAX_PAGE."""
    settled = {State.POSTED, State.SKIPPED} & set(wanted.states)
    narrowed = _IN_DOUBT if wanted.in_doubt else "" if settled else _OPEN
    rows = await work.sql(
        f"{_WAITING} WHERE e.id > %s{narrowed}"
        " AND e.system = coalesce(%s, e.system) AND e.key = coalesce(%s, e.key)"
        " AND e.code = coalesce(%s, e.code)"
        " AND (%s::text[] IS NULL OR split_part(e.key, '/', 1) = ANY(%s))"
        " AND e.state = ANY(%s) ORDER BY e.id LIMIT %s",
        (
            wanted.after,
            wanted.system,
            wanted.key,
            wanted.code,
            *([None if wanted.plants is None else list(wanted.plants)] * 2),
            list(wanted.states),
            min(wanted.limit, MAX_PAGE),
        ),
    )
    return [_read(row) for row in rows]


async def find_entry(work: Work, id: int, *, lock: bool = False) -> Entry:
    """One entry, on demand locked for a change; raises NotFoundError."""
    query = f"SELECT {COLUMNS} FROM lane_entry e WHERE e.id = %s"
    rows = await work.sql(query + (" FOR UPDATE" if lock else ""), (id,))
    if not rows:
        raise _unknown(id)
    return read_entry(rows[0])


async def show_entry(work: Work, id: int) -> Story:
    """Everything about one entry; raises NotFoundError."""
    rows = await work.sql(f"{_WAITING} WHERE e.id = %s", (id,))
    if not rows:
        raise _unknown(id)
    changes = await work.sql(
        "SELECT at, who, action, old, new, old_payload, new_payload, reason FROM lane_audit"
        " WHERE entry_id = %s ORDER BY id",
        (id,),
    )
    doubts = await work.sql(
        "SELECT kind, documents, raised_at, closed_at FROM lane_exception"
        " WHERE entry_id = %s ORDER BY id",
        (id,),
    )
    return Story(
        _read(rows[0]),
        tuple(Change(*row) for row in changes),
        tuple(Doubt(kind, tuple(documents), *times) for kind, documents, *times in doubts),
    )


async def read_waiting(work: Work, ids: Collection[int]) -> list[Waiting]:
    """These entries, by id; unknown ones are left out."""
    rows = await work.sql(f"{_WAITING} WHERE e.id = ANY(%s) ORDER BY e.id", (list(ids),))
    return [_read(row) for row in rows]


async def show_traffic(work: Work) -> list[Traffic]:
    """Every system by id; `oldest_seconds` is the age of the oldest open entry, 0 if none is."""
    rows = await work.sql(
        "SELECT s.id, s.budget, p.rate, p.failures, p.reason,"
        " count(e.id) FILTER (WHERE e.state IN ('ready', 'sending', 'awaiting')),"
        " count(e.id) FILTER (WHERE e.state IN ('refused', 'needs_confirmation')),"
        " coalesce(extract(epoch FROM clock_timestamp() - min(e.accepted_at))::float8, 0)"
        " FROM systems s JOIN lane_pace p ON p.system = s.id LEFT JOIN lane_entry e"
        " ON e.system = s.id AND e.state NOT IN ('posted', 'skipped')"
        " GROUP BY s.id, p.system ORDER BY s.id"
    )
    return [Traffic(*row) for row in rows]


def _read(row: Row) -> Waiting:
    *entry, since, behind = row
    return Waiting(read_entry(tuple(entry)), since, behind)


def _unknown(id: int) -> NotFoundError:
    return NotFoundError(f"no lane entry {id}", field="id")
