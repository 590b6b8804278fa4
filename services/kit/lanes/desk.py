"""What people do to a parked posting: mend it, replay it, skip it; audited with the change."""

from dataclasses import asdict, dataclass, replace

import orjson

from services.kit.audit import Change, record
from services.kit.errors import ConflictError, InvalidError
from services.kit.lanes.board import find_entry
from services.kit.lanes.entry import PARKED, Entry, State
from services.kit.lanes.worker import Announce
from services.kit.signals import carrier, span
from services.kit.store import Work


@dataclass(frozen=True, slots=True)
class Act:
    """Who does it, and why; raises InvalidError naming the one that is missing."""

    who: str
    reason: str

    def __post_init__(self) -> None:
        """Nobody changes a lane without a name and a reason."""
        for name in ("who", "reason"):
            if not getattr(self, name).strip():
                raise InvalidError(f"say {name}", field=name, hint="it is kept in the audit")


async def fix(work: Work, id: int, payload: bytes, act: Act) -> Entry:
    """Replace the payload of a parked entry; it goes on waiting, for replay."""
    if not payload:
        raise InvalidError("a posting cannot be empty", field="payload")
    old = await _parked(work, id)
    return await _change(work, "fix", old, replace(old, payload=payload), act)


async def replay(work: Work, id: int, act: Act, *, dry_run: bool = False) -> Entry:
    """Let the lane try a parked entry again; this accepts the warning it waits on.

    The lane asks the system first, as always. A dry run obeys the same rules and changes nothing.
    """
    old = await _parked(work, id)
    confirmed = old.confirmed
    if old.state is State.NEEDS_CONFIRMATION:
        confirmed = (*confirmed, old.code)
    new = replace(old, state=State.READY, lost=0, confirmed=confirmed)
    return new if dry_run else await _change(work, "replay", old, new, act)


async def skip(work: Work, id: int, act: Act, announce: Announce) -> Entry:
    """Give a parked entry up for good; the next one of its key goes on, and it is told."""
    old = await _parked(work, id)
    new = await _change(work, "skip", old, replace(old, state=State.SKIPPED), act)
    announce(work, [new])
    return new


async def close_doubts(work: Work, id: int, act: Act) -> None:
    """A person has cleared up what the outside system holds of this entry.

    Raises ConflictError when there is nothing to clear up.
    """
    entry = await find_entry(work, id, lock=True)
    closed = await work.sql(
        "UPDATE lane_exception SET closed_at = clock_timestamp()"
        " WHERE entry_id = %s AND closed_at IS NULL RETURNING id",
        (id,),
    )
    if not closed:
        raise ConflictError(f"entry {id} is in no doubt", code="no_doubt", field="id")
    await _change(work, "close_doubts", entry, entry, act)


async def _parked(work: Work, id: int) -> Entry:
    entry = await find_entry(work, id, lock=True)
    if entry.state not in PARKED:
        raise ConflictError(
            f"entry {id} is {entry.state}",
            code="not_parked",
            field="id",
            hint="only what is refused or needs confirmation can be changed",
        )
    return entry


async def _change(work: Work, action: str, old: Entry, new: Entry, act: Act) -> Entry:
    about = {"action": action}
    with span("plantmesh.lane.desk", links=[old.traceparent], attributes=about):
        new = replace(new, traceparent=carrier() or old.traceparent)
        await work.sql(
            "UPDATE lane_entry SET state = %s, payload = %s, lost = %s, confirmed = %s,"
            " traceparent = %s, due_at = clock_timestamp(),"
            " sweep_at = CASE %s WHEN 'skipped' THEN clock_timestamp() ELSE sweep_at END,"
            " settled_at = CASE %s WHEN 'ready' THEN NULL WHEN 'skipped' THEN clock_timestamp()"
            "  ELSE settled_at END WHERE id = %s",
            (
                new.state,
                new.payload,
                new.lost,
                list(new.confirmed),
                new.traceparent,
                new.state,
                new.state,
                new.id,
            ),
        )
        await _audit(work, action, old, new, act)
    return new


async def _audit(work: Work, action: str, old: Entry, new: Entry, act: Act) -> None:
    before, after = _facts(old), _facts(new)
    changed = [name for name in before if before[name] != after[name]]
    mended = old.payload != new.payload
    was = {name: before[name] for name in changed} | ({"payload": old.payload} if mended else {})
    now = {name: after[name] for name in changed} | ({"payload": new.payload} if mended else {})
    name = f"{old.key}#{old.id}"
    record(work, Change("lane_entry", name, was, now | {"action": action}, act.reason))
    await work.sql(
        "INSERT INTO lane_audit"
        " (entry_id, who, action, old, new, old_payload, new_payload, reason)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            old.id,
            act.who,
            action,
            orjson.dumps({name: before[name] for name in changed}).decode(),
            orjson.dumps({name: after[name] for name in changed}).decode(),
            old.payload if mended else None,
            new.payload if mended else None,
            act.reason,
        ),
    )


def _facts(entry: Entry) -> dict[str, object]:
    facts = asdict(entry)
    del facts["payload"], facts["traceparent"]
    return facts
