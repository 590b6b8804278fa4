"""Openings in PostgreSQL, and what was moved beside them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.kit import audit
from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.kit.store import Row, current_work
from services.wms.domain.opening import Counted, Opening
from services.wms.domain.place import Place
from services.wms.store.columns import columns, flat, place_columns, read_place

_AT_ONCE = 500
_OPENINGS = (
    "SELECT plant, item_no, lot_no, location, status, owner, hu, counted, before, unit, as_of,"
    " offset_minutes, times, given, given_unit FROM stock_opening"
)
# Both sides of every movement of these places; a NULL time is no limit.
_LIVE = """
    WITH given AS (
        SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::text[], %s::timestamptz[])
            AS k(plant, item_no, lot_no, location, status, owner, hu, until)),
    leg AS (
        SELECT g.*, m.change, m.occurred_at FROM given g
        JOIN movement m USING (plant, item_no, lot_no, location, status, owner, hu)
        WHERE m.type <> 'opening_balance'
        UNION ALL
        SELECT g.*, -m.change, m.occurred_at FROM given g JOIN movement m
            ON (m.plant, m.item_no, m.lot_no) = (g.plant, g.item_no, g.lot_no)
            AND (m.there_location, m.there_status, m.there_owner, m.there_hu)
                = (g.location, g.status, g.owner, g.hu)
        WHERE m.there_plant IS NULL
        UNION ALL
        SELECT g.*, -m.change, m.occurred_at FROM given g JOIN movement m
            ON (m.there_plant, m.there_item_no, m.there_lot_no) = (g.plant, g.item_no, g.lot_no)
            AND (m.there_location, m.there_status, m.there_owner, m.there_hu)
                = (g.location, g.status, g.owner, g.hu))
    SELECT plant, item_no, lot_no, location, status, owner, hu, sum(change) FROM leg
    WHERE until IS NULL OR occurred_at <= until
    GROUP BY plant, item_no, lot_no, location, status, owner, hu
"""
_PUT = """
    INSERT INTO stock_opening (plant, item_no, lot_no, location, status, owner, hu, counted, before,
        unit, as_of, offset_minutes, times, given, given_unit)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::numeric[], %s::numeric[], %s::text[], %s::timestamptz[], %s::int[],
        %s::int[], %s::numeric[], %s::text[])
    ON CONFLICT (plant, item_no, lot_no, location, status, owner, hu) DO UPDATE
    SET counted = excluded.counted, before = excluded.before, unit = excluded.unit,
        as_of = excluded.as_of, offset_minutes = excluded.offset_minutes, times = excluded.times,
        given = excluded.given, given_unit = excluded.given_unit
"""


class SqlOpenings:
    """ports.Openings."""

    async def get(self, places: Collection[Place]) -> dict[Place, Opening]:
        """By place."""
        rows = await current_work().sql(
            _OPENINGS + " JOIN unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::text[]) AS k(plant, item_no, lot_no, location, status, owner, hu)"
            " USING (plant, item_no, lot_no, location, status, owner, hu)",
            place_columns(places),
        )
        found = [_opening(*row) for row in rows]
        for one in found:
            audit.saw("stock_opening", _name(one), _facts(one))
        return {one.counted.place: one for one in found}

    async def live(self, until: Mapping[Place, datetime | None]) -> dict[Place, Decimal]:
        """By the indexes of movements by lot."""
        given = columns([(*flat(place), until[place]) for place in sorted(until)], 8)
        rows = await current_work().sql(_LIVE, given)
        return {read_place(*key): change for *key, change in rows}

    async def put(self, openings: Sequence[Opening]) -> None:
        """In the order of the places."""
        ordered = sorted(openings, key=lambda one: one.counted.place)
        await current_work().sql(_PUT, columns(map(_row, ordered), 15))
        for one in ordered:
            audit.saved("stock_opening", _name(one), _facts(one))

    async def page(self, plant: str, after: Place | None) -> Sequence[Opening]:
        """By item, lot and the rest of the place."""
        key = flat(after)[1:] if after else ("",) * 6
        rows = await current_work().sql(
            _OPENINGS + " WHERE plant = %s AND (item_no, lot_no, location, status, owner, hu)"
            " > (%s, %s, %s, %s, %s, %s)"
            " ORDER BY item_no, lot_no, location, status, owner, hu LIMIT %s",
            (plant, *key, _AT_ONCE),
        )
        return [_opening(*row) for row in rows]


def _opening(*row: Any) -> Opening:
    *key, counted, before, unit, as_of, offset_minutes, times, given, given_unit = row
    told = Counted(
        read_place(*key),
        Quantity(counted, unit),
        Instant(as_of, offset_minutes),
        None if given is None else Quantity(given, given_unit),
    )
    return Opening(told, Quantity(before, unit), times)


def _row(one: Opening) -> Row:
    told = one.counted
    amounts = told.quantity.value, one.before.value, told.quantity.unit
    given = told.given and told.given.value, told.given and told.given.unit
    at = told.as_of
    return *flat(told.place), *amounts, at.moment, at.offset_minutes, one.times, *given


def _name(one: Opening) -> str:
    return "/".join(flat(one.counted.place))


def _facts(one: Opening) -> dict[str, str]:
    return {
        "counted": str(one.counted.quantity),
        "before": str(one.before),
        "as_of": str(one.counted.as_of),
    }
