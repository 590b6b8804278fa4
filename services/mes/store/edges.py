"""Edges as queries see them: one a link, or one an event; and how their rows are read."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from services.kit.clock import Instant
from services.kit.quantity import MAX_INTEGER_DIGITS, Quantity
from services.mes.domain.genealogy import Cause, Edge, Kind, Link, Record
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.store import tables as t

SOURCE, TARGET = t.lot.alias("source"), t.lot.alias("target")
_ENDS = tuple(side.c[name] for side in (SOURCE, TARGET) for name in LotKey._fields)
EDGE = t.genealogy_edge.c
_JOINED = t.genealogy_edge.join(SOURCE, SOURCE.c.id == EDGE.from_id).join(
    TARGET, TARGET.c.id == EDGE.to_id
)
LIVE = EDGE.void_by.is_(None)
_TOO_MUCH = Decimal(10) ** MAX_INTEGER_DIGITS
_UNITS = (SOURCE.c.unit.label("of"), TARGET.c.unit.label("to"))
EDGES = (
    select(
        *_ENDS,
        EDGE.order_no,
        EDGE.kind,
        func.sum(EDGE.quantity),
        func.sum(EDGE.made),
        *_UNITS,
        EDGE.from_id,
        EDGE.to_id,
    )
    .select_from(_JOINED)
    .where(LIVE)
    .group_by(*_ENDS, EDGE.order_no, EDGE.kind, *_UNITS, EDGE.from_id, EDGE.to_id)
)
RECORDS = select(
    *_ENDS,
    EDGE.order_no,
    EDGE.kind,
    EDGE.quantity,
    EDGE.made,
    *_UNITS,
    EDGE.event_id,
    EDGE.occurred_at,
    EDGE.offset_minutes,
    EDGE.operation,
    EDGE.equipment,
).select_from(_JOINED)


async def read_edges(query: Select[Any]) -> Sequence[Edge]:
    """What a narrowed EDGES finds, by link."""
    return sorted((read_edge(row) for row in await t.rows(query)), key=lambda one: one.link)


def read_edge(row: Sequence[Any]) -> Edge:
    """A row of EDGES, or the begin of a record's."""
    source, target = LotKey._make(row[:3]), LotKey._make(row[3:6])
    order_no, kind, amount, made, unit, unit_made = row[6:12]
    return Edge(
        Link(source, target, OrderKey(target.plant, order_no), Kind(kind)),
        _share(amount, unit),
        _share(made, unit_made),
    )


def _share(amount: Decimal | None, unit: str) -> Quantity | None:
    """Not known either where a link's events add up to more than a quantity holds: what was
    consumed and returned over and over. A trace is told all the same.
    """
    if amount is None or amount >= _TOO_MUCH:
        return None
    return Quantity(amount, unit)


def read_record(*row: Any) -> Record:
    """A row of RECORDS."""
    event_id, occurred_at, offset_minutes, operation, equipment = row[12:]
    occurred = Instant(occurred_at, offset_minutes)
    return Record(read_edge(row), Cause(event_id, occurred, operation, equipment))
