"""Movements in PostgreSQL: a table that takes rows and gives none back."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from services.kit.clock import Instant
from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.wms.domain.keys import LotKey, OrderKey, Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import MovementType
from services.wms.domain.stock import Booked
from services.wms.ports import Numbered
from services.wms.store.columns import columns

_MOVEMENTS = (
    "SELECT id, plant, reference, type, item_no, lot_no, location, status, quantity, unit,"
    " occurred_at, offset_minutes, to_location, order_no, reverses, reason FROM movement"
)
# What was asked for, then what it did: a fold needs no rule.
_ADD = """
    INSERT INTO movement (plant, reference, type, item_no, lot_no, location, status, quantity, unit,
        occurred_at, offset_minutes, to_location, order_no, reverses, reason,
        change, there_location, there_status, recorded_at)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::numeric[], %s::text[], %s::timestamptz[], %s::int[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[], %s::text[],
        %s::timestamptz[])
    ON CONFLICT (plant, reference) DO NOTHING RETURNING plant, reference
"""


class SqlMovements:
    """ports.Movements."""

    async def find(self, references: Collection[Reference]) -> dict[Reference, Movement]:
        """By plant and reference."""
        rows = await current_work().sql(
            _MOVEMENTS + " JOIN unnest(%s::text[], %s::text[]) AS k(plant, reference)"
            " USING (plant, reference)",
            columns(references, 2),
        )
        return {found.reference: found for found in (_movement(*row) for _, *row in rows)}

    async def reversals(self, references: Collection[Reference]) -> dict[Reference, Reference]:
        """By what each took back."""
        rows = await current_work().sql(
            "SELECT plant, reverses, reference FROM movement"
            " JOIN unnest(%s::text[], %s::text[]) AS k(plant, reverses) USING (plant, reverses)"
            " WHERE reverses <> ''",
            columns(references, 2),
        )
        return {Reference(plant, old): Reference(plant, new) for plant, old, new in rows}

    async def add(self, booked: Sequence[Booked], at: datetime) -> None:
        """In one statement; the references are free, or somebody took one this very moment."""
        rows = await current_work().sql(_ADD, columns((_row(one, at) for one in booked), 19))
        added = {Reference(*row) for row in rows}
        for one in booked:
            if one.movement.reference not in added:
                raise ConflictError(
                    f"{one.movement.reference.text} was recorded for another lot meanwhile",
                    code="movement_differs",
                    field="movements",
                    hint="give every movement a reference of its own",
                )

    async def page(self, plant: str, page: Page) -> Sequence[Numbered]:
        """By number."""
        [after] = page.after or (0,)
        rows = await current_work().sql(
            _MOVEMENTS + " WHERE plant = %s AND id > %s ORDER BY id LIMIT %s",
            (plant, after, page.limit),
        )
        return [Numbered(no, _movement(*row)) for no, *row in rows]

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """From their receipts; stock without a lot belongs to no order."""
        rows = await current_work().sql(
            "SELECT DISTINCT plant, order_no, item_no, lot_no FROM movement"
            " JOIN unnest(%s::text[], %s::text[]) AS k(plant, order_no) USING (plant, order_no)"
            " WHERE type = 'receipt_production' AND lot_no <> ''",
            columns(orders, 2),
        )
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for plant, order_no, item_no, lot_no in rows:
            found[OrderKey(plant, order_no)].add(LotKey(plant, item_no, lot_no))
        return dict(found)


def _row(booked: Booked, at: datetime) -> tuple[Any, ...]:
    movement, effect, _ = booked
    there = effect.there
    return (
        *movement.reference,
        movement.type,
        *movement.lot[1:],
        movement.place.location,
        movement.place.status,
        movement.quantity.value,
        movement.quantity.unit,
        movement.occurred_at.moment,
        movement.occurred_at.offset_minutes,
        movement.to_location,
        movement.order_no,
        movement.reverses,
        movement.reason,
        effect.change.value,
        there and there.location,
        there and there.status,
        at,
    )


def _movement(*row: Any) -> Movement:
    plant, reference, type, item_no, lot_no, location, status, amount, unit, *rest = row
    moment, offset_minutes, to_location, order_no, reverses, reason = rest
    return Movement(
        reference=Reference(plant, reference),
        type=MovementType(type),
        place=Place(LotKey(plant, item_no, lot_no), location, Status(status)),
        quantity=Quantity(amount, unit),
        occurred_at=Instant(moment, offset_minutes),
        to_location=to_location,
        order_no=order_no,
        reverses=reverses,
        reason=reason,
    )
