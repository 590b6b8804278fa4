"""Inspections and their dispositions in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from services.kit import audit
from services.kit.clock import Clock
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import Row, current_work
from services.quality.domain.disposition import Disposition, Outcome
from services.quality.domain.inspection import Inspection
from services.quality.domain.keys import InspectionKey, LotKey, id_of
from services.quality.domain.lifecycle import State
from services.quality.store.columns import lot_arrays

_WALKED_AT_ONCE = 100
_SELECT = (
    "SELECT id, plant, item_no, lot_no, order_no, unit, submitted, decided, as_of, state,"
    " measured, failed, version FROM inspection i"
)
_KEYS = "unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS k"


class SqlInspections:
    """ports.Inspections; two queries a batch: inspections, then their dispositions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def get(self, nos: Collection[str], *, lock: bool = False) -> dict[str, Inspection]:
        """Those that exist, locked in the order of their ids if asked."""
        ids = [id for no in nos if (id := id_of(no))]
        query = f"{_SELECT} WHERE id = ANY(%s) ORDER BY id"
        locked = f"{query} FOR NO KEY UPDATE"
        rows = await current_work().sql(locked if lock else query, (ids,))
        found = {one.no: one for one in await _load(rows)}
        for one in found.values() if lock else ():
            audit.saw("inspection", _name(one), _facts(one))
        return found

    async def open(self, units: dict[InspectionKey, str]) -> dict[InspectionKey, Inspection]:
        """New rows in the order of their keys, then all are locked in the order of their ids."""
        if not units:
            return {}
        keys = sorted(units)
        arrays = *lot_arrays([key.lot for key in keys]), [key.order_no for key in keys]
        await current_work().sql(
            "INSERT INTO inspection (plant, item_no, lot_no, order_no, unit, submitted, decided,"
            " state, measured, failed, version, as_of)"
            " SELECT k.*, 0, 0, %s, 0, 0, 0, %s FROM unnest(%s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::text[]) AS k ON CONFLICT DO NOTHING",
            (State.CREATED.value, self._clock.now(), *arrays, [units[key] for key in keys]),
        )
        rows = await current_work().sql(
            f"{_SELECT} WHERE (plant, item_no, lot_no, order_no) IN (SELECT * FROM {_KEYS})"
            " ORDER BY id FOR NO KEY UPDATE",
            arrays,
        )
        found = {one.key: one for one in await _load(rows)}
        for one in found.values():
            audit.saw("inspection", _name(one), _facts(one))
        return found

    async def of_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Inspection]]:
        """Oldest first."""
        rows = await current_work().sql(
            f"{_SELECT} WHERE (plant, item_no, lot_no) IN"
            " (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])) ORDER BY id",
            lot_arrays(lots),
        )
        found: defaultdict[LotKey, list[Inspection]] = defaultdict(list)
        for one in await _load(rows):
            found[one.lot].append(one)
        return dict(found)

    async def page(self, plant: str, page: Page) -> Sequence[Inspection]:
        """By id."""
        [after] = page.after or (0,)
        rows = await current_work().sql(
            f"{_SELECT} WHERE plant = %s AND id > %s ORDER BY id LIMIT %s",
            (plant, after, page.limit),
        )
        return await _load(rows)

    async def walk(self, after: int) -> Sequence[Inspection]:
        """By id, all plants."""
        rows = await current_work().sql(
            f"{_SELECT} WHERE id > %s ORDER BY id LIMIT %s", (after, _WALKED_AT_ONCE)
        )
        return await _load(rows)

    async def save(self, inspections: Collection[Inspection]) -> None:
        """What changes, in one statement."""
        for one in inspections:
            audit.saved("inspection", _name(one), _facts(one))
        await current_work().sql(
            "UPDATE inspection i SET submitted = n.submitted, decided = n.decided,"
            " state = n.state, measured = n.measured, failed = n.failed, version = n.version,"
            " as_of = n.as_of FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::text[],"
            " %s::int[], %s::int[], %s::bigint[], %s::timestamptz[])"
            " AS n(id, submitted, decided, state, measured, failed, version, as_of)"
            " WHERE i.id = n.id",
            (
                [one.id for one in inspections],
                [one.submitted.value for one in inspections],
                [one.decided.value for one in inspections],
                [one.state.value for one in inspections],
                [one.measured for one in inspections],
                [one.failed for one in inspections],
                [one.version for one in inspections],
                [one.as_of for one in inspections],
            ),
        )

    async def decide(self, made: Sequence[tuple[Inspection, Disposition]]) -> None:
        """In one statement."""
        parts = [part for _, part in made]
        for one, part in made:
            audit.made("disposition", f"{_name(one)}/{part.split_no}", part, reason=part.reason)
        await current_work().sql(
            "INSERT INTO disposition (inspection_id, split_no, outcome, quantity, reason,"
            " decided_by, decided_at, given, given_unit) SELECT * FROM unnest(%s::bigint[],"
            " %s::int[], %s::text[], %s::numeric[], %s::text[], %s::text[], %s::timestamptz[],"
            " %s::numeric[], %s::text[])",
            (
                [one.id for one, _ in made],
                [part.split_no for part in parts],
                [part.outcome.value for part in parts],
                [part.quantity.value for part in parts],
                [part.reason for part in parts],
                [part.by for part in parts],
                [part.at for part in parts],
                [part.given and part.given.value for part in parts],
                [part.given and part.given.unit for part in parts],
            ),
        )


def _name(inspection: Inspection) -> str:
    return f"{inspection.lot}/{inspection.no}"


def _facts(inspection: Inspection) -> dict[str, object]:
    return {
        "submitted": inspection.submitted,
        "decided": inspection.decided,
        "state": inspection.state,
        "measured": inspection.measured,
        "failed": inspection.failed,
        "version": inspection.version,
    }


async def _load(rows: Sequence[Row]) -> list[Inspection]:
    found = [_inspection(*row) for row in rows]
    by_id = {one.id: one for one in found}
    if by_id:
        parts = await current_work().sql(
            "SELECT inspection_id, split_no, outcome, quantity, given, given_unit, reason,"
            " decided_by, decided_at FROM disposition WHERE inspection_id = ANY(%s)"
            " ORDER BY inspection_id, split_no",
            (list(by_id),),
        )
        for id, split_no, outcome, quantity, given, given_unit, reason, by, at in parts:
            amount = Quantity(quantity, by_id[id].submitted.unit)
            told = None if given is None else Quantity(given, given_unit)
            part = Disposition(split_no, Outcome(outcome), amount, reason, by, at, told)
            by_id[id].dispositions[split_no] = part
    return found


def _inspection(id: int, *row: Any) -> Inspection:
    *key, unit, submitted, decided, as_of, state, measured, failed, version = row
    return Inspection(
        id,
        InspectionKey(*key),
        submitted=Quantity(submitted, unit),
        decided=Quantity(decided, unit),
        as_of=as_of,
        state=State(state),
        measured=measured,
        failed=failed,
        version=version,
    )
