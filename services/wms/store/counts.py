"""Counts of stock in PostgreSQL: a document, and a line a place."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from services.kit import audit
from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import Row, current_work
from services.wms.domain.place import Place
from services.wms.domain.stock_count import CountKey, Line, State, StockCount
from services.wms.store.columns import columns, flat, read_place

_COUNTS = "SELECT plant, count_no, tolerance, as_of, state FROM stock_count"


class SqlCounts:
    """ports.Counts."""

    async def get(
        self, keys: Collection[CountKey], *, lock: bool = False
    ) -> dict[CountKey, StockCount]:
        """By key."""
        given = columns(sorted(keys), 2)
        if lock:
            await current_work().sql(
                "SELECT 1 FROM stock_count JOIN unnest(%s::text[], %s::text[])"
                " AS k(plant, count_no) USING (plant, count_no)"
                " ORDER BY plant, count_no FOR UPDATE OF stock_count",
                given,
            )
        rows = await current_work().sql(
            _COUNTS + " JOIN unnest(%s::text[], %s::text[]) AS k(plant, count_no)"
            " USING (plant, count_no)",
            given,
        )
        found = {one.key: one for one in await _load(rows)}
        for one in found.values() if lock else ():
            audit.saw("stock_count", "/".join(one.key), _facts(one))
        return found

    async def add(self, count: StockCount) -> None:
        """The document and its lines."""
        rows = await current_work().sql(
            "INSERT INTO stock_count (plant, count_no, tolerance, as_of, state)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING 1",
            (*count.key, count.tolerance, count.as_of, count.state),
        )
        if not rows:
            raise ConflictError(
                f"count {count.key.no} was planned meanwhile",
                code="count_differs",
                field="key.count_no",
                hint="ask for it, or give a new count a new number",
            )
        await _write_lines(count)
        audit.made("stock_count", "/".join(count.key), _facts(count))

    async def save(self, count: StockCount) -> None:
        """State and lines."""
        audit.saved("stock_count", "/".join(count.key), _facts(count))
        await current_work().sql(
            "UPDATE stock_count SET state = %s, as_of = %s WHERE (plant, count_no) = (%s, %s)",
            (count.state, count.as_of, *count.key),
        )
        await _write_lines(count)

    async def page(self, plant: str, page: Page) -> Sequence[StockCount]:
        """By number."""
        [after] = page.after or ("",)
        rows = await current_work().sql(
            _COUNTS + " WHERE plant = %s AND count_no > %s ORDER BY count_no LIMIT %s",
            (plant, after, page.limit),
        )
        return await _load(rows)


async def _load(rows: Sequence[Row]) -> list[StockCount]:
    lines: defaultdict[CountKey, dict[Place, Line]] = defaultdict(dict)
    for plant, no, *place, book, counted, unit, times, by in await current_work().sql(
        "SELECT plant, count_no, item_no, lot_no, location, status, owner, hu, book, counted, unit,"
        " times, counted_by FROM stock_count_line JOIN unnest(%s::text[], %s::text[])"
        " AS k(plant, count_no) USING (plant, count_no) ORDER BY no",
        columns((row[:2] for row in rows), 2),
    ):
        where = read_place(plant, *place)
        line = Line(where, _quantity(book, unit), _quantity(counted, unit), times, by)
        lines[CountKey(plant, no)][where] = line
    return [
        StockCount(CountKey(plant, no), tolerance, as_of, State(state), lines[CountKey(plant, no)])
        for plant, no, tolerance, as_of, state in rows
    ]


async def _write_lines(count: StockCount) -> None:
    rows = (
        (*count.key, number, *flat(line.place)[1:], *_found(line), line.times, line.by)
        for number, line in enumerate(count.lines.values(), 1)
    )
    await current_work().sql(
        "INSERT INTO stock_count_line AS l (plant, count_no, no, item_no, lot_no, location, status,"
        " owner, hu, book, counted, unit, times, counted_by)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[], %s::text[],"
        " %s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[],"
        " %s::text[], %s::int[], %s::text[]) ON CONFLICT (plant, count_no, no) DO UPDATE"
        " SET book = excluded.book, counted = excluded.counted, unit = excluded.unit,"
        " times = excluded.times, counted_by = excluded.counted_by",
        columns(rows, 14),
    )


def _facts(count: StockCount) -> dict[str, Any]:
    """A field a place, so that only what was counted is told; who counted is who did it."""
    lines = {
        str(one.place): {"book": one.book, "counted": one.counted, "times": one.times}
        for one in count.lines.values()
    }
    return {"state": count.state, "tolerance": count.tolerance, **lines}


def _found(line: Line) -> tuple[Decimal | None, Decimal | None, str | None]:
    if line.book is None or line.counted is None:
        return None, None, None
    return line.book.value, line.counted.value, line.counted.unit


def _quantity(amount: Decimal | None, unit: str | None) -> Quantity | None:
    return None if amount is None or unit is None else Quantity(amount, unit)
