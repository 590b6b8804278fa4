"""Booked confirmations in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, Table, insert, select
from sqlalchemy.dialects import postgresql

from services.kit.clock import Instant
from services.kit.errors import ConflictError
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Booked, Confirmation, Consumption, Scrap
from services.mes.domain.keys import OrderKey, ReportKey
from services.mes.store import tables as t

_ID = (t.confirmation.c.plant, t.confirmation.c.id)
Number = tuple[str, str, int]
"""Plant, order number, confirmation number."""


class SqlConfirmations:
    """ports.Confirmations; three queries a batch: confirmations, scrap, consumption."""

    async def find(self, keys: Collection[ReportKey]) -> dict[ReportKey, Booked]:
        """Those that are booked."""
        found = await _load(select(t.confirmation).where(t.among(_ID, keys)))
        return {one.report.key: one for one in found}

    async def of_orders(self, keys: Collection[OrderKey]) -> dict[OrderKey, list[Booked]]:
        """By number."""
        query = select(t.confirmation).where(t.of_orders(t.confirmation, keys))
        found: defaultdict[OrderKey, list[Booked]] = defaultdict(list)
        for one in await _load(query.order_by(t.confirmation.c.no)):
            found[one.report.order].append(one)
        return dict(found)

    async def add(self, booked: Sequence[Booked]) -> None:
        """In one statement a table; the ids are free, or somebody took one this very moment."""
        statement = (
            postgresql.insert(t.confirmation)
            .values([_row(one) for one in booked])
            .on_conflict_do_nothing(index_elements=["plant", "id"])
            .returning(*_ID)
        )
        added = {ReportKey(row.plant, row.id) for row in await t.rows(statement)}
        for one in booked:
            if one.report.key not in added:
                raise ConflictError(
                    f"confirmation {one.report.id} was booked on another order meanwhile",
                    code="confirmation_differs",
                    field="confirmations",
                    hint="give every report an id of its own",
                )
        await t.write(insert(t.scrap), [row for one in booked for row in _scrap(one)])
        await t.write(insert(t.consumption), [row for one in booked for row in _consumed(one)])


async def _load(query: Select[Any]) -> list[Booked]:
    found = await t.rows(query)
    numbers: list[Number] = [(row.plant, row.order_no, row.no) for row in found]
    if not numbers:
        return []
    scrap: defaultdict[Number, list[Scrap]] = defaultdict(list)
    for row in await t.rows(_lines(t.scrap, numbers)):
        scrap[_number(row)].append(Scrap(Quantity(row.quantity, row.unit), row.reason))
    consumed: defaultdict[Number, list[Consumption]] = defaultdict(list)
    for row in await t.rows(_lines(t.consumption, numbers)):
        quantity = Quantity(row.quantity, row.unit)
        consumed[_number(row)].append(Consumption(row.item_no, row.lot_no, quantity))
    return [
        Booked(row.no, _report(row, tuple(scrap[number]), tuple(consumed[number])), row.completes)
        for number, row in zip(numbers, found, strict=True)
    ]


def _lines(table: Table, numbers: list[Number]) -> Select[Any]:
    key = [table.c.plant, table.c.order_no, table.c.no]
    return select(table).where(t.among(key, numbers)).order_by(table.c.line)


def _number(row: Row[Any]) -> Number:
    return row.plant, row.order_no, row.no


def _report(
    row: Row[Any], scrap: tuple[Scrap, ...], consumed: tuple[Consumption, ...]
) -> Confirmation:
    return Confirmation(
        id=row.id,
        order=OrderKey(row.plant, row.order_no),
        good=Quantity(row.good, row.unit),
        rework=Quantity(row.rework, row.unit),
        occurred_at=Instant(row.occurred_at, row.offset_minutes),
        operation=row.operation,
        lot_no=row.lot_no,
        scrap=scrap,
        consumed=consumed,
        equipment=row.equipment,
        final=row.final,
        time_uncertain=row.time_uncertain,
    )


def _row(booked: Booked) -> dict[str, Any]:
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
        "occurred_at": report.occurred_at.moment,
        "offset_minutes": report.occurred_at.offset_minutes,
        "equipment": report.equipment,
        "final": report.final,
        "completes": booked.completes,
        "time_uncertain": report.time_uncertain,
    }


def _scrap(booked: Booked) -> Iterable[dict[str, Any]]:
    for line, one in enumerate(booked.report.scrap):
        yield {
            **_line(booked, line, one.quantity),
            "reason": one.reason,
        }


def _consumed(booked: Booked) -> Iterable[dict[str, Any]]:
    for line, one in enumerate(booked.report.consumed):
        yield {
            **_line(booked, line, one.quantity),
            "item_no": one.item_no,
            "lot_no": one.lot_no,
            "loose": bool(one.lot_no) and not booked.report.lot_no,
        }


def _line(booked: Booked, line: int, quantity: Quantity) -> dict[str, Any]:
    return {
        **booked.report.order._asdict(),
        "no": booked.no,
        "line": line,
        "quantity": quantity.value,
        "unit": quantity.unit,
    }
