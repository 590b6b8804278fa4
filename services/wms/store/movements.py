"""Movements in PostgreSQL: a table that takes rows and gives none back."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from services.kit.access.principal import find_principal
from services.kit.audit import made
from services.kit.clock import Instant
from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.wms.domain.keys import LotKey, OrderKey, Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Status
from services.wms.domain.rules import MovementType
from services.wms.domain.stock import Booked
from services.wms.domain.target import Target
from services.wms.domain.trade import NOBODY, NOWHERE, Destination, Origin
from services.wms.ports import Numbered
from services.wms.store.columns import columns, flat, read_place

_MOVEMENTS = (
    "SELECT id, plant, reference, item_no, lot_no, location, status, owner, hu, type, quantity,"
    " unit, occurred_at, offset_minutes, to_location, order_no, reverses, reason, delivery_no,"
    " to_plant, to_item_no, to_lot_no, to_status, to_hu, given, given_unit, trade::text"
    " FROM movement"
)
# What was asked for, then what it did: a fold needs no rule.
_ADD = """
    INSERT INTO movement (reference, plant, item_no, lot_no, location, status, owner, hu, type,
        quantity, unit, occurred_at, offset_minutes, to_location, order_no, reverses, reason,
        delivery_no, to_plant, to_item_no, to_lot_no, to_status, to_hu, change, there_plant,
        there_item_no, there_lot_no, there_location, there_status, there_owner, there_hu,
        given, given_unit, trade, recorded_at)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[], %s::timestamptz[],
        %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[],
        %s::jsonb[], %s::timestamptz[])
    ON CONFLICT (plant, reference) DO NOTHING RETURNING plant, reference
"""
_WIDTH = 35


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
        rows = await current_work().sql(_ADD, columns((_row(one, at) for one in booked), _WIDTH))
        added = {Reference(*row) for row in rows}
        told = _for_somebody()
        for one in booked:
            if one.movement.reference not in added:
                raise ConflictError(
                    f"{one.movement.reference.text} was recorded for another lot meanwhile",
                    code="movement_differs",
                    field="movements",
                    hint="give every movement a reference of its own",
                )
            if told or one.movement.reverses:
                made("movement", "/".join(one.movement.reference), _audited(one.movement))

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
            " WHERE type IN ('receipt_production', 'receipt_byproduct') AND lot_no <> ''",
            columns(orders, 2),
        )
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for plant, order_no, item_no, lot_no in rows:
            found[OrderKey(plant, order_no)].add(LotKey(plant, item_no, lot_no))
        return dict(found)


def _audited(movement: Movement) -> Movement:
    """Without the customer, who may ask to be forgotten: the audit cannot."""
    return replace(movement, destination=replace(movement.destination, customer=""))


def _for_somebody() -> bool:
    """Whether a person asks, or a service in a person's name: then the audit names both.

    What services move of themselves is told of by movements alone.
    """
    principal = find_principal()
    return principal is not None and not principal.actor.startswith("service:")


def _row(booked: Booked, at: datetime) -> tuple[Any, ...]:
    movement = booked.movement
    return (
        movement.reference.text,
        *flat(movement.place),
        movement.type,
        movement.quantity.value,
        movement.quantity.unit,
        movement.occurred_at.moment,
        movement.occurred_at.offset_minutes,
        movement.to_location,
        movement.order_no,
        movement.reverses,
        movement.reason,
        movement.delivery_no,
        *_target_row(movement.to),
        booked.effect.change.value,
        *_there_row(booked),
        movement.given and movement.given.value,
        movement.given and movement.given.unit,
        _write_trade(movement),
        at,
    )


def _target_row(to: Target) -> tuple[str, ...]:
    return to.plant, to.item_no, to.lot_no, to.status or "", to.hu


def _there_row(booked: Booked) -> tuple[str | None, ...]:
    """The lot only where it is another one; then place, owner and unit."""
    here, _, there = booked.effect
    if there is None:
        return None, None, None, None, None, "", ""
    lot: tuple[str | None, ...] = (None,) * 3 if there.lot == here.lot else there.lot
    return (*lot, there.location, there.status, there.owner, there.hu)


def _movement(*row: Any) -> Movement:
    plant, reference, item_no, lot_no, location, status, owner, hu, type, amount, unit, *rest = row
    moment, offset_minutes, to_location, order_no, reverses, reason, delivery_no, *rest = rest
    *to, given, given_unit, trade = rest
    papers = msgspec.json.decode(trade, type=_Trade)
    return Movement(
        reference=Reference(plant, reference),
        type=MovementType(type),
        place=read_place(plant, item_no, lot_no, location, status, owner, hu),
        quantity=Quantity(amount, unit),
        occurred_at=Instant(moment, offset_minutes),
        to_location=to_location,
        order_no=order_no,
        reverses=reverses,
        reason=reason,
        to=_target(*to),
        delivery_no=delivery_no,
        origin=papers.origin,
        destination=papers.destination,
        given=None if given is None else Quantity(given, given_unit),
    )


class _Trade(msgspec.Struct, omit_defaults=True):
    """Who it came from and goes to, as it is kept."""

    origin: Origin = NOWHERE
    destination: Destination = NOBODY


def _write_trade(movement: Movement) -> str:
    return msgspec.json.encode(_Trade(movement.origin, movement.destination)).decode()


def _target(plant: str, item_no: str, lot_no: str, status: str, hu: str) -> Target:
    return Target(plant, item_no, lot_no, Status(status) if status else None, hu)
