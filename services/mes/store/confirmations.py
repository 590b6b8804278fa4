"""Booked confirmations in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, Table, func, insert, select, tuple_
from sqlalchemy.dialects import postgresql

from services.kit.audit import made
from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Booked
from services.mes.domain.keys import BookedKey, LotKey, OrderKey, ReportKey
from services.mes.store import tables as t
from services.mes.store.reports import (
    audited,
    read_booked,
    write_booked,
    write_material,
    write_scrap,
)

_C = t.confirmation.c
_ID = (_C.plant, _C.id)
_NUMBER = (_C.plant, _C.order_no, _C.no)
Number = tuple[str, str, int]
"""Plant, order number, confirmation number."""
_BACK = t.confirmation.alias("back")
_REVERSED_BY = (
    select(_BACK.c.no)
    .where(
        _BACK.c.plant == _C.plant,
        _BACK.c.order_no == _C.order_no,
        _BACK.c.reverses == _C.no,
        _BACK.c.reverses > 0,
    )
    .scalar_subquery()
)
_BOOKED = select(t.confirmation, _REVERSED_BY.label("reversed_by"))
_MATERIAL = t.consumption.c


class SqlConfirmations:
    """ports.Confirmations; three queries a batch: confirmations, scrap, consumption."""

    async def find(self, keys: Collection[ReportKey]) -> dict[ReportKey, Booked]:
        """Those that are booked."""
        found = await _load(_BOOKED.where(t.among(_ID, keys)))
        return {one.report.key: one for one in found}

    async def numbered(self, keys: Collection[BookedKey]) -> dict[BookedKey, Booked]:
        """By order and number."""
        numbers = [(*key.order, key.no) for key in keys]
        found = await _load(_BOOKED.where(t.among(_NUMBER, numbers)))
        return {BookedKey(one.report.order, one.no): one for one in found}

    async def of_orders(self, keys: Collection[OrderKey]) -> dict[OrderKey, list[Booked]]:
        """By number."""
        query = _BOOKED.where(t.of_orders(t.confirmation, keys))
        return _by_order(await _load(query.order_by(_C.no)))

    async def page(self, key: OrderKey, page: Page) -> Sequence[Booked]:
        """By number."""
        query = _BOOKED.where(_C.plant == key.plant, _C.order_no == key.order_no)
        if page.after:
            query = query.where(_C.no > page.after[0])
        return await _load(query.order_by(_C.no).limit(page.limit))

    async def latest(self, keys: Collection[OrderKey], first: int) -> dict[OrderKey, list[Booked]]:
        """Newest first."""
        age = func.row_number().over(partition_by=_NUMBER[:2], order_by=_C.no.desc())
        ranked = (
            select(*_NUMBER, age.label("age"))
            .where(t.of_orders(t.confirmation, keys))
            .subquery("ranked")
        )
        chosen = select(*ranked.c[:3]).where(ranked.c.age <= first)
        query = _BOOKED.where(tuple_(*_NUMBER).in_(chosen)).order_by(_C.no.desc())
        return _by_order(await _load(query))

    async def add(self, booked: Sequence[Booked]) -> None:
        """In one statement a table; the ids are free, or somebody took one this very moment."""
        statement = (
            postgresql.insert(t.confirmation)
            .values([write_booked(one) for one in booked])
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
            made("confirmation", f"{one.report.order}/{one.no}", audited(one), reason=one.reason)
        await t.write(insert(t.scrap), [row for one in booked for row in write_scrap(one)])
        await t.write(insert(t.consumption), [row for one in booked for row in write_material(one)])

    async def balance(self, keys: Collection[OrderKey]) -> dict[OrderKey, dict[LotKey, Quantity]]:
        """What is taken back or returned stands as a negative quantity."""
        columns = (_MATERIAL.plant, _MATERIAL.order_no, _MATERIAL.item_no, _MATERIAL.lot_no)
        query = (
            select(*columns, _MATERIAL.unit, func.sum(_MATERIAL.quantity).label("quantity"))
            .where(t.of_orders(t.consumption, keys))
            .group_by(*columns, _MATERIAL.unit)
        )
        found: defaultdict[OrderKey, dict[LotKey, Quantity]] = defaultdict(dict)
        for row in await t.rows(query):
            lot = LotKey(row.plant, row.item_no, row.lot_no)
            found[OrderKey(row.plant, row.order_no)][lot] = Quantity(row.quantity, row.unit)
        return dict(found)


async def _load(query: Select[Any]) -> list[Booked]:
    found = await t.rows(query)
    numbers: list[Number] = [(row.plant, row.order_no, row.no) for row in found]
    if not numbers:
        return []
    scrap = await _lines(t.scrap, numbers)
    material = await _lines(t.consumption, numbers)
    return [
        read_booked(row, scrap[number], material[number])
        for number, row in zip(numbers, found, strict=True)
    ]


async def _lines(table: Table, numbers: list[Number]) -> defaultdict[Number, list[Row[Any]]]:
    key = [table.c.plant, table.c.order_no, table.c.no]
    query = select(table).where(t.among(key, numbers)).order_by(table.c.line)
    found: defaultdict[Number, list[Row[Any]]] = defaultdict(list)
    for row in await t.rows(query):
        found[row.plant, row.order_no, row.no].append(row)
    return found


def _by_order(booked: Sequence[Booked]) -> dict[OrderKey, list[Booked]]:
    found: defaultdict[OrderKey, list[Booked]] = defaultdict(list)
    for one in booked:
        found[one.report.order].append(one)
    return dict(found)
