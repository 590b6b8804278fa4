"""Drift and runs of the reconciliation in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from services.kit.audit import Change, record
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.process.domain.drift import Compared, DriftKind, InFlight, Subject
from services.process.ports.drifts import Drift, Run
from services.process.store.in_flight import read_in_flight

_DRIFTS = (
    "SELECT no, plant, kind, item_no, lot_no, status, order_no, ours, theirs, in_flight, unit,"
    " first_seen, last_seen, seen, resolved_at FROM drift"
)
_RUNS = (
    "SELECT no, plant, asked_at, asked_by, day, ended_at, compared, uncompared, drifting, trouble"
    " FROM reconciliation"
)
_SEE = """
    INSERT INTO drift AS d (plant, kind, item_no, lot_no, status, order_no, ours, theirs, in_flight,
        unit, first_seen, last_seen, seen)
    SELECT t.*, %s, %s, 1 FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::numeric[], %s::numeric[], %s::numeric[], %s::text[]) AS t
    ON CONFLICT (plant, kind, item_no, lot_no, status, order_no) WHERE resolved_at IS NULL
    DO UPDATE SET ours = excluded.ours, theirs = excluded.theirs, in_flight = excluded.in_flight,
        unit = excluded.unit, last_seen = excluded.last_seen, seen = d.seen + 1
    RETURNING no, plant, kind, item_no, lot_no, status, order_no, ours, theirs, in_flight, unit,
        first_seen, last_seen, seen, resolved_at
"""


class SqlDrifts:
    """ports.drifts.Drifts."""

    async def in_flight(self, plant: str) -> InFlight:
        """See in_flight."""
        return await read_in_flight(plant)

    async def open(self, plant: str) -> dict[Subject, Drift]:
        """Locked in the order of their numbers."""
        rows = await current_work().sql(
            _DRIFTS + " WHERE plant = %s AND resolved_at IS NULL ORDER BY no FOR UPDATE", (plant,)
        )
        return {one.compared.subject: one for one in map(_drift, rows)}

    async def see(self, compared: Sequence[Compared], at: datetime) -> Sequence[Drift]:
        """In one statement, by what drifts."""
        given = sorted(compared, key=lambda one: one.subject)
        rows = [
            (*one.subject, one.ours.value, one.theirs.value, one.in_flight.value, one.ours.unit)
            for one in given
        ]
        columns = [[row[place] for row in rows] for place in range(10)]
        found = [_drift(row) for row in await current_work().sql(_SEE, (at, at, *columns))]
        for one in found:
            if one.seen == 1:
                _audit(one, "found")
        return found

    async def resolve(self, nos: Collection[int], at: datetime) -> Sequence[Drift]:
        """Those that are open."""
        if not nos:
            return []
        await current_work().sql(
            "UPDATE drift SET resolved_at = %s WHERE no = ANY(%s) AND resolved_at IS NULL",
            (at, sorted(nos)),
        )
        found = await self.get(nos)
        for no in sorted(found):
            _audit(found[no], "resolved")
        return [found[no] for no in sorted(found)]

    async def get(self, nos: Collection[int]) -> dict[int, Drift]:
        """By number."""
        rows = await current_work().sql(_DRIFTS + " WHERE no = ANY(%s)", (sorted(nos),))
        return {one.no: one for one in map(_drift, rows)}

    async def page(self, plant: str, page: Page, *, resolved: bool) -> Sequence[Drift]:
        """By number."""
        after = page.after[0] if page.after else 0
        rows = await current_work().sql(
            _DRIFTS + " WHERE plant = %s AND no > %s AND (%s OR resolved_at IS NULL)"
            " ORDER BY no LIMIT %s",
            (plant, after, resolved, page.limit),
        )
        return list(map(_drift, rows))

    async def ask(self, plant: str, by: str, at: datetime, day: date | None = None) -> Run | None:
        """A row; that day's is there once."""
        rows = await current_work().sql(
            "INSERT INTO reconciliation (plant, day, asked_by, asked_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (plant, day) DO NOTHING RETURNING no",
            (plant, day, by, at),
        )
        return Run(rows[0][0], plant, at, by, day) if rows else None

    async def due(self) -> Run | None:
        """Those in trouble after the others."""
        rows = await current_work().sql(
            _RUNS + " WHERE ended_at IS NULL ORDER BY trouble <> '', no LIMIT 1"
        )
        return Run(*rows[0]) if rows else None

    async def end(self, run: Run) -> None:
        """Its figures."""
        await current_work().sql(
            "UPDATE reconciliation SET ended_at = %s, compared = %s, uncompared = %s,"
            " drifting = %s, trouble = %s WHERE no = %s",
            (run.ended_at, run.compared, run.uncompared, run.drifting, run.trouble, run.no),
        )

    async def run(self, no: int) -> Run | None:
        """By number."""
        rows = await current_work().sql(_RUNS + " WHERE no = %s", (no,))
        return Run(*rows[0]) if rows else None


def _drift(row: Sequence[Any]) -> Drift:
    no, plant, kind, item_no, lot_no, status, order_no, ours, theirs, flying, unit, *seen = row
    subject = Subject(plant, DriftKind(kind), item_no, lot_no, status, order_no)
    amounts = (Quantity(one, unit) for one in (ours, theirs, flying))
    return Drift(no, Compared(subject, *amounts), *seen)


def _audit(drift: Drift, state: str) -> None:
    one = drift.compared
    facts = {
        "state": state,
        "ours": str(one.ours),
        "theirs": str(one.theirs),
        "in_flight": str(one.in_flight),
    }
    key = "/".join(one.subject).rstrip("/")
    record(current_work(), Change("drift", key, None if state == "found" else {}, facts))
