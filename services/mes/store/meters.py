"""How far the counters of machines are counted, in PostgreSQL."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects import postgresql

from services.kit.quantity import Quantity
from services.mes.domain.counting import Mark, Meter
from services.mes.domain.look import UNTOLD, CounterKey, Job, Material, Term
from services.mes.store import tables as t

_KEY = ("equipment", "counter", "unit", "incarnation")
_MARK = ("total", "read_at", "order_no", "lot_no", "item_no", "material_lot_no")


class SqlMeters:
    """ports.Meters; a counter keeps a row for each incarnation, so none is counted twice."""

    async def open(self, machines: Mapping[str, str]) -> dict[str, Meter]:
        """Locked in the order of their paths."""
        if not machines:
            return {}
        await t.rows(
            postgresql.insert(t.machine)
            .values(
                [
                    {"equipment": equipment, "plant": machines[equipment], **UNTOLD._asdict()}
                    for equipment in sorted(machines)
                ]
            )
            .on_conflict_do_nothing()
            .returning(t.machine.c.equipment)
        )
        query = select(t.machine).where(t.machine.c.equipment.in_(machines))
        found = await t.rows(query.order_by(t.machine.c.equipment).with_for_update(key_share=True))
        meters = {
            row.equipment: Meter(
                row.plant, row.equipment, Term(row.incarnation, row.epoch), row.read_at
            )
            for row in found
        }
        for row in await t.rows(select(t.counter).where(t.counter.c.equipment.in_(machines))):
            key = CounterKey(row.counter, row.unit, row.incarnation)
            meters[row.equipment].marks[key] = _mark(row)
        return meters

    async def save(self, meters: Collection[Meter]) -> None:
        """Every machine, and the counters that moved."""
        statement = update(t.machine).where(t.machine.c.equipment == bindparam("of_equipment"))
        await t.write(
            statement.values(
                incarnation=bindparam("new_incarnation"),
                epoch=bindparam("new_epoch"),
                read_at=bindparam("new_read_at"),
            ),
            [
                {
                    "of_equipment": meter.equipment,
                    "new_incarnation": meter.term.incarnation,
                    "new_epoch": meter.term.epoch,
                    "new_read_at": meter.read_at,
                }
                for meter in meters
            ],
        )
        insert = postgresql.insert(t.counter)
        await t.write(
            insert.on_conflict_do_update(
                index_elements=_KEY, set_={name: insert.excluded[name] for name in _MARK}
            ),
            [_row(meter, key) for meter in meters for key in sorted(meter.moved)],
        )


def _mark(row: Row[Any]) -> Mark:
    return Mark(
        Quantity(row.total, row.unit),
        row.read_at,
        Job(row.order_no, row.lot_no),
        Material(row.item_no, row.material_lot_no),
    )


def _row(meter: Meter, key: CounterKey) -> dict[str, Any]:
    mark = meter.marks[key]
    return {
        "equipment": meter.equipment,
        **key._asdict(),
        "total": mark.total.value,
        "read_at": mark.read_at,
        **mark.job._asdict(),
        "item_no": mark.material.item_no,
        "material_lot_no": mark.material.lot_no,
    }
