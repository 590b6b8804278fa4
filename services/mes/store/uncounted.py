"""What nobody could book, in PostgreSQL; rows are settled, never removed."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, update
from sqlalchemy.dialects import postgresql

from services.kit.audit import Change, record
from services.kit.clock import Instant
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.mes.domain.counting import Difference, Doubt, Settlement, State, Uncounted
from services.mes.domain.look import CountKind, Job, Material, Reading
from services.mes.store import tables as t


class SqlUncounted:
    """ports.Waiting."""

    async def add(self, differences: Sequence[Difference]) -> None:
        """One for each look and counter."""
        statement = postgresql.insert(t.uncounted).on_conflict_do_nothing(index_elements=["id"])
        await t.write(statement, [_row(one) for one in differences])

    async def get(
        self, plant: str, ids: Collection[str], *, lock: bool = False
    ) -> dict[str, Uncounted]:
        """Those of the plant."""
        query = select(t.uncounted).where(t.uncounted.c.plant == plant, t.uncounted.c.id.in_(ids))
        if lock:
            query = query.order_by(t.uncounted.c.no).with_for_update()
        return {one.difference.id: one for one in await _load(query)}

    async def page(self, plant: str, page: Page, *, settled: bool) -> Sequence[Uncounted]:
        """By place."""
        query = select(t.uncounted).where(t.uncounted.c.plant == plant)
        if not settled:
            query = query.where(t.uncounted.c.state == State.OPEN.value)
        if page.after:
            query = query.where(t.uncounted.c.no > page.after[0])
        return await _load(query.order_by(t.uncounted.c.no).limit(page.limit))

    async def settle(self, settled: Sequence[Uncounted]) -> None:
        """Who, when, why and where to."""
        record(current_work(), *map(_change, settled))
        statement = (
            update(t.uncounted)
            .where(t.uncounted.c.no == bindparam("of_no"))
            .values(
                {
                    name: bindparam(f"new_{name}")
                    for name in (
                        "state",
                        "booked_order_no",
                        "booked_lot_no",
                        "settled_by",
                        "settled_because",
                        "settled_at",
                    )
                }
            )
        )
        await t.write(
            statement,
            [_settled(one, one.settlement) for one in settled if one.settlement],
        )


def _change(one: Uncounted) -> Change:
    """Which machine counted it stands in the row itself; here is what a person made of it."""
    settlement = one.settlement
    new = {"state": one.state, "job": settlement and settlement.job}
    reason = settlement.reason if settlement else ""
    name = f"{one.difference.plant}/{one.difference.id}"
    return Change("uncounted", name, {"state": State.OPEN}, new, reason)


async def _load(query: Select[Any]) -> list[Uncounted]:
    return [
        Uncounted(row.no, _difference(row), row.recorded_at, _settlement(row))
        for row in await t.rows(query)
    ]


def _difference(row: Row[Any]) -> Difference:
    before = None
    if row.order_no_before is not None:
        before = Job(row.order_no_before, row.lot_no_before)
    return Difference(
        look=row.look,
        plant=row.plant,
        equipment=row.equipment,
        reading=Reading(
            row.counter,
            CountKind(row.kind),
            Quantity(row.total, row.unit),
            row.incarnation,
            Material(row.item_no, row.material_lot_no),
            row.scrap_reason,
        ),
        quantity=Quantity(row.quantity, row.unit),
        before=before,
        after=Job(row.order_no, row.lot_no),
        read_at=Instant(row.read_at, row.offset_minutes),
        time_uncertain=row.time_uncertain,
        doubt=Doubt(row.code, row.reason),
    )


def _settlement(row: Row[Any]) -> Settlement | None:
    if row.settled_at is None:
        return None
    job = Job(row.booked_order_no, row.booked_lot_no) if row.state == State.BOOKED else None
    return Settlement(row.settled_by, row.settled_at, row.settled_because, job)


def _row(one: Difference) -> dict[str, Any]:
    reading, doubt = one.reading, one.doubt
    return {
        "id": one.id,
        "look": one.look,
        "plant": one.plant,
        "equipment": one.equipment,
        "counter": reading.counter,
        "kind": reading.kind.value,
        "unit": reading.total.unit,
        "incarnation": reading.incarnation,
        "total": reading.total.value,
        "quantity": one.quantity.value,
        "item_no": reading.material.item_no,
        "material_lot_no": reading.material.lot_no,
        "scrap_reason": reading.reason,
        "order_no_before": one.before.order_no if one.before else None,
        "lot_no_before": one.before.lot_no if one.before else None,
        "order_no": one.after.order_no,
        "lot_no": one.after.lot_no,
        "read_at": one.read_at.moment,
        "offset_minutes": one.read_at.offset_minutes,
        "time_uncertain": one.time_uncertain,
        "code": doubt.code if doubt else "",
        "reason": doubt.reason if doubt else "",
    }


def _settled(row: Uncounted, settlement: Settlement) -> dict[str, Any]:
    job = settlement.job
    return {
        "of_no": row.no,
        "new_state": row.state.value,
        "new_booked_order_no": job.order_no if job else None,
        "new_booked_lot_no": job.lot_no if job else None,
        "new_settled_by": settlement.by,
        "new_settled_because": settlement.reason,
        "new_settled_at": settlement.at,
    }
