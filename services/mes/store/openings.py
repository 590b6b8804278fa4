"""Openings in PostgreSQL: rows as their files have them, and what was reported beside them."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Generic, TypeVar

import orjson

from services.kit import audit
from services.kit.loading import Cells, Sheet
from services.kit.store import current_work
from services.mes.domain.opening import Loaded, Opens
from services.mes.ports.openings import Floor, Until
from services.mes.wire.load import GENEALOGY, LOTS, ORDERS

T = TypeVar("T", bound=Opens)
_AT_ONCE = 500
_UNTIL = """
    WITH given AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::timestamptz[])
            AS k(plant, order_no, operation, until)),
    report AS (
        SELECT g.*, c.no, coalesce(c.passed, c.good) AS made, c.rework AS again,
            coalesce((SELECT sum(s.quantity) FROM scrap s
                WHERE (s.plant, s.order_no, s.no) = (c.plant, c.order_no, c.no)), 0) AS lost
        FROM given g JOIN confirmation c USING (plant, order_no, operation)
        WHERE g.until IS NULL OR c.occurred_at <= g.until)
    SELECT plant, order_no, operation, until, sum(made), sum(lost), sum(again)
    FROM report GROUP BY plant, order_no, operation, until
"""


class SqlOpenings(Generic[T]):
    """ports.Openings of one kind."""

    def __init__(self, kind: str, sheet: Sheet[T]) -> None:
        self._kind = kind
        self._sheet = sheet

    async def get(self, rows: Collection[T]) -> dict[str, Loaded[T]]:
        """By name."""
        found = await current_work().sql(
            "SELECT cells, version, before, times, made, name FROM opening"
            " WHERE kind = %s AND name = ANY(%s)",
            (self._kind, [row.name for row in rows]),
        )
        for cells, *_, name in found:
            audit.saw(f"opening_{self._kind}", name, cells)
        return {name: self._read(*rest) for *rest, name in found}

    async def put(self, loaded: Sequence[Loaded[T]]) -> None:
        """In the order of their names."""
        ordered = sorted(loaded, key=lambda one: one.row.name)
        cells = [self._cells(one.row) for one in ordered]
        await current_work().sql(
            "INSERT INTO opening (kind, name, plant, cells, version, before, times, made)"
            " SELECT %s, n, p, c, v, ARRAY(SELECT jsonb_array_elements_text(b)::numeric), t,"
            " ARRAY(SELECT jsonb_array_elements_text(m)::numeric)"
            " FROM unnest(%s::text[], %s::text[], %s::jsonb[], %s::bigint[], %s::jsonb[],"
            " %s::int[], %s::jsonb[]) AS k(n, p, c, v, b, t, m)"
            " ON CONFLICT (kind, name) DO UPDATE SET cells = excluded.cells,"
            " version = excluded.version, before = excluded.before, times = excluded.times,"
            " made = excluded.made",
            (
                self._kind,
                [one.row.name for one in ordered],
                [one.row.plant for one in ordered],
                [orjson.dumps(one).decode() for one in cells],
                [one.version for one in ordered],
                [_bare(one.before) for one in ordered],
                [one.times for one in ordered],
                [_bare(one.made) for one in ordered],
            ),
        )
        for one, written in zip(ordered, cells, strict=True):
            audit.saved(f"opening_{self._kind}", one.row.name, written)

    async def page(self, plant: str, after: T | None) -> Sequence[T]:
        """By name."""
        rows = await current_work().sql(
            "SELECT cells FROM opening WHERE kind = %s AND plant = %s AND name > %s"
            " ORDER BY name LIMIT %s",
            (self._kind, plant, after.name if after else "", _AT_ONCE),
        )
        return [self._sheet.read(Cells(cells)) for (cells,) in rows]

    def _cells(self, row: T) -> dict[str, str]:
        return {name: text for name, text in self._sheet.write(row).items() if text}

    def _read(self, cells: dict[str, str], *rest: Any) -> Loaded[T]:
        version, before, times, made = rest
        row = self._sheet.read(Cells(cells))
        return Loaded(row, version, tuple(before), times, made=tuple(made))


def _bare(amounts: Sequence[Decimal]) -> str:
    return orjson.dumps([str(one) for one in amounts]).decode()


class SqlReported:
    """ports.Reported."""

    async def until(self, wanted: Collection[Until]) -> dict[Until, tuple[Decimal, ...]]:
        """By the key of the confirmations."""
        given = list(wanted)
        rows = await current_work().sql(
            _UNTIL,
            (
                [one.order.plant for one in given],
                [one.order.order_no for one in given],
                [one.operation for one in given],
                [one.moment for one in given],
            ),
        )
        sums = {row[:4]: row[4:] for row in rows}
        keys = {one: (*one.order, one.operation, one.moment) for one in given}
        return {one: sums[key] for one, key in keys.items() if key in sums}


def open_floor() -> Floor:
    """Whatever is done with them is part of the unit of work of the task that does it."""
    return Floor(
        SqlOpenings("orders", ORDERS),
        SqlOpenings("lots", LOTS),
        SqlOpenings("genealogy", GENEALOGY),
        SqlReported(),
    )
