"""Confirmations as rows: a line of the table, and those of its scrap and its material."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Booked, Confirmation, Consumption, Scrap
from services.mes.domain.effort import Effort
from services.mes.domain.keys import OrderKey

ISSUE, BACKFLUSH, RETURN = "issue", "backflush", "return"


def read_booked(row: Row[Any], scrap: Iterable[Row[Any]], material: Iterable[Row[Any]]) -> Booked:
    """From a row, `reversed_by` included, and its lines in their order."""
    moved = list(material)
    report = Confirmation(
        id=row.id,
        order=OrderKey(row.plant, row.order_no),
        good=Quantity(row.good, row.unit),
        rework=Quantity(row.rework, row.unit),
        occurred_at=Instant(row.occurred_at, row.offset_minutes),
        operation=row.operation,
        lot_no=row.lot_no,
        scrap=tuple(Scrap(Quantity(one.quantity, one.unit), one.reason) for one in scrap),
        consumed=tuple(_consumption(one) for one in moved if one.way != RETURN),
        equipment=row.equipment,
        final=row.final,
        time_uncertain=row.time_uncertain,
        passed=_quantity(row.passed, row.unit),
        returned=tuple(-_consumption(one) for one in moved if one.way == RETURN),
        effort=Effort(
            labour=_quantity(row.labour, row.labour_unit),
            machine=_quantity(row.machine, row.machine_unit),
            started_at=_instant(row.started_at, row.started_offset),
            ended_at=_instant(row.ended_at, row.ended_offset),
            operator=row.operator,
        ),
        given={path: Quantity(Decimal(value), unit) for path, (value, unit) in row.given.items()},
        stocked=_quantity(row.stocked, row.stocked_unit),
    )
    reversed_by = row.reversed_by or 0
    return Booked(row.no, report, row.completes, row.reverses, reversed_by, row.reason)


def audited(booked: Booked) -> dict[str, Any]:
    """The row as the audit keeps it for ever: without the person, who may ask to be forgotten."""
    row = write_booked(booked)
    del row["operator"]
    return row


def write_booked(booked: Booked) -> dict[str, Any]:
    """The row without its lines."""
    report = booked.report
    return {
        **report.order._asdict(),
        "no": booked.no,
        "id": report.id,
        "operation": report.operation,
        "lot_no": report.lot_no,
        "unit": report.good.unit,
        "good": report.good.value,
        "rework": report.rework.value,
        "passed": report.passed and report.passed.value,
        "occurred_at": report.occurred_at.moment,
        "offset_minutes": report.occurred_at.offset_minutes,
        "equipment": report.equipment,
        "final": report.final,
        "completes": booked.completes,
        "time_uncertain": report.time_uncertain,
        "reverses": booked.reverses,
        "reason": booked.reason,
        "given": {path: [one.text, one.unit] for path, one in report.given.items()},
        "stocked": report.stocked and report.stocked.value,
        "stocked_unit": report.stocked and report.stocked.unit,
        **_effort(report.effort),
    }


def write_scrap(booked: Booked) -> Iterable[dict[str, Any]]:
    """A row a line."""
    for line, one in enumerate(booked.report.scrap):
        yield {**_line(booked, line, one.quantity), "reason": one.reason}


def write_material(booked: Booked) -> Iterable[dict[str, Any]]:
    """A row a line; what is returned, after what is consumed, as negative quantities."""
    report = booked.report
    ways = [(BACKFLUSH if one.backflushed else ISSUE, one) for one in report.consumed]
    ways += [(RETURN, -one) for one in report.returned]
    for line, (way, one) in enumerate(ways):
        yield {
            **_line(booked, line, one.quantity),
            "item_no": one.item_no,
            "lot_no": one.lot_no,
            "loose": bool(one.lot_no) and not report.lot_no and way != RETURN,
            "way": way,
        }


def _effort(effort: Effort) -> dict[str, Any]:
    return {
        "labour": effort.labour and effort.labour.value,
        "labour_unit": effort.labour and effort.labour.unit,
        "machine": effort.machine and effort.machine.value,
        "machine_unit": effort.machine and effort.machine.unit,
        "started_at": effort.started_at and effort.started_at.moment,
        "started_offset": effort.started_at and effort.started_at.offset_minutes,
        "ended_at": effort.ended_at and effort.ended_at.moment,
        "ended_offset": effort.ended_at and effort.ended_at.offset_minutes,
        "operator": effort.operator,
    }


def _line(booked: Booked, line: int, quantity: Quantity) -> dict[str, Any]:
    return {
        **booked.report.order._asdict(),
        "no": booked.no,
        "line": line,
        "quantity": quantity.value,
        "unit": quantity.unit,
    }


def _consumption(row: Row[Any]) -> Consumption:
    quantity = Quantity(row.quantity, row.unit)
    return Consumption(row.item_no, row.lot_no, quantity, backflushed=row.way == BACKFLUSH)


def _quantity(value: Any, unit: Any) -> Quantity | None:
    return None if value is None else Quantity(value, unit)


def _instant(moment: Any, offset: Any) -> Instant | None:
    return None if moment is None else Instant(moment, offset)
