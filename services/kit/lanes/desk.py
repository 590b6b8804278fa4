"""Where people see what waits in the lanes, mend it, replay it or skip it; all of it is audited."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.kit.lanes.entry import COLUMNS, PARKED, Entry, State, read_entry
from services.kit.lanes.worker import Announce
from services.kit.store import Row, Work


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did to an entry, and why."""

    at: datetime
    who: str
    action: str
    old: dict[str, object]
    new: dict[str, object]
    reason: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Documents that the outside system should not hold, or should and does not."""

    kind: str
    documents: tuple[str, ...]
    raised_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Story:
    """An entry with all that happened to it, oldest first; `behind` = entries it holds up."""

    entry: Entry
    behind: int
    changes: tuple[Change, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to list; None and () match all. `after` = the last id of the page before."""

    system: str | None = None
    key: str | None = None
    states: Collection[State] = PARKED
    after: int = 0
    limit: int = 200


class Desk:
    """The operator's side of the lanes. Each act needs a reason, and commits with its audit row."""

    def __init__(self, announce: Announce) -> None:
        self._announce = announce

    async def list(self, work: Work, wanted: Filter) -> list[Entry]:
        """Entries by id, at most `limit` (200)."""
        rows = await work.sql(
            f"SELECT {COLUMNS} FROM lane_entry e WHERE e.id > %s"
            " AND (%s::text IS NULL OR e.system = %s) AND (%s::text IS NULL OR e.key = %s)"
            " AND e.state = ANY(%s) ORDER BY e.id LIMIT %s",
            (
                wanted.after,
                wanted.system,
                wanted.system,
                wanted.key,
                wanted.key,
                list(wanted.states or State),
                min(wanted.limit, 200),
            ),
        )
        return [read_entry(row) for row in rows]

    async def show(self, work: Work, id: int) -> Story:
        """Everything about one entry; raises NotFoundError."""
        entry = await self._entry(work, id)
        changes = await work.sql(
            "SELECT at, who, action, old, new, reason FROM lane_audit WHERE entry_id = %s"
            " ORDER BY id",
            (id,),
        )
        doubts = await work.sql(
            "SELECT kind, documents, raised_at, closed_at FROM lane_exception"
            " WHERE entry_id = %s ORDER BY id",
            (id,),
        )
        return Story(
            entry,
            await _behind(work, entry),
            tuple(Change(*row) for row in changes),
            tuple(_read_doubt(row) for row in doubts),
        )

    async def fix(self, work: Work, id: int, payload: bytes, *, who: str, reason: str) -> Entry:
        """Replace the payload of a parked entry; it waits for replay."""
        old = await self._parked(work, id, reason)
        if not payload:
            raise InvalidError("a posting cannot be empty", field="payload")
        await work.sql("UPDATE lane_entry SET payload = %s WHERE id = %s", (payload, id))
        return await self._audited(work, "fix", old, who, reason)

    async def replay(
        self, work: Work, id: int, *, who: str, reason: str, dry_run: bool = False
    ) -> Entry:
        """Let the lane try a parked entry again, after a find; accepts the warning it waits on.

        A dry run checks the same rules and changes nothing.
        """
        old = await self._parked(work, id, reason)
        if dry_run:
            return old
        confirmed = old.confirmed
        if old.state is State.NEEDS_CONFIRMATION:
            confirmed = (*confirmed, old.code)
        await work.sql(
            "UPDATE lane_entry SET state = 'ready', due_at = clock_timestamp(), lost = 0,"
            " confirmed = %s WHERE id = %s",
            (list(confirmed), id),
        )
        return await self._audited(work, "replay", old, who, reason)

    async def skip(self, work: Work, id: int, *, who: str, reason: str) -> Entry:
        """Give a parked entry up for good: the next one of its key goes on."""
        old = await self._parked(work, id, reason)
        await work.sql(
            "UPDATE lane_entry SET state = 'skipped', settled_at = clock_timestamp(),"
            " sweep_at = clock_timestamp() WHERE id = %s",
            (id,),
        )
        new = await self._audited(work, "skip", old, who, reason)
        self._announce(work, [new])
        return new

    async def close_doubt(self, work: Work, id: int, *, who: str, reason: str) -> None:
        """A person has cleared up what the system holds of this entry."""
        _need(reason)
        entry = await self._entry(work, id)
        await work.sql(
            "UPDATE lane_exception SET closed_at = clock_timestamp()"
            " WHERE entry_id = %s AND closed_at IS NULL",
            (id,),
        )
        await self._audited(work, "close_doubt", entry, who, reason)

    async def _parked(self, work: Work, id: int, reason: str) -> Entry:
        _need(reason)
        entry = await self._entry(work, id, lock=True)
        if entry.state not in PARKED:
            raise ConflictError(
                f"entry {id} is {entry.state}",
                code="not_parked",
                field="id",
                hint="only a refused entry, or one that needs confirmation, can be changed",
            )
        return entry

    async def _entry(self, work: Work, id: int, *, lock: bool = False) -> Entry:
        rows = await work.sql(
            f"SELECT {COLUMNS} FROM lane_entry e WHERE e.id = %s" + (" FOR UPDATE" * lock), (id,)
        )
        if not rows:
            raise NotFoundError(f"no lane entry {id}", field="id")
        return read_entry(rows[0])

    async def _audited(self, work: Work, action: str, old: Entry, who: str, reason: str) -> Entry:
        new = await self._entry(work, old.id)
        before, after = _facts(old), _facts(new)
        changed = [name for name in before if before[name] != after[name]]
        mended = old.payload != new.payload
        await work.sql(
            "INSERT INTO lane_audit (entry_id, who, action, old, new, old_payload, new_payload,"
            " reason) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            (
                old.id,
                who,
                action,
                orjson.dumps({name: before[name] for name in changed}).decode(),
                orjson.dumps({name: after[name] for name in changed}).decode(),
                old.payload if mended else None,
                new.payload if mended else None,
                reason,
            ),
        )
        return new


def _need(reason: str) -> None:
    if not reason.strip():
        raise InvalidError("say why", field="reason", hint="the reason is kept in the audit")


def _facts(entry: Entry) -> dict[str, object]:
    facts = asdict(entry)
    del facts["payload"]
    return facts


async def _behind(work: Work, entry: Entry) -> int:
    [(count,)] = await work.sql(
        "SELECT count(*) FROM lane_entry WHERE system = %s AND key = %s AND position > %s"
        " AND state NOT IN ('posted', 'skipped')",
        (entry.system, entry.key, entry.position),
    )
    return int(count)


def _read_doubt(row: Row) -> Doubt:
    kind, documents, raised_at, closed_at = row
    return Doubt(kind, tuple(documents), raised_at, closed_at)
