"""Handling units in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from services.kit import audit
from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.wms.domain.handling_unit import HandlingUnit, State
from services.wms.domain.stock import Balance
from services.wms.store.columns import columns, read_place

_UNITS = "SELECT sscc, plant, location, type, as_of, state, parent, delivery_no FROM handling_unit"
_BELOW = """
    WITH RECURSIVE tree(sscc) AS (
        SELECT unnest(%s::text[])
        UNION SELECT u.sscc FROM tree t JOIN handling_unit u ON u.parent = t.sscc
            AND u.parent <> '')
    SELECT sscc FROM tree
"""
_ABOVE = """
    WITH RECURSIVE line(sscc) AS (
        SELECT unnest(%s::text[])
        UNION SELECT u.parent FROM line l JOIN handling_unit u USING (sscc) WHERE u.parent <> '')
    SELECT sscc FROM line
"""
_SHIPPED = """
    SELECT plant, item_no, lot_no, location, status, owner, hu, sum(quantity), unit,
        max(recorded_at)
    FROM movement m WHERE type = 'issue_to_delivery' AND hu <> '' AND hu = ANY(%s)
        AND NOT EXISTS (SELECT FROM movement r WHERE (r.plant, r.reverses)
            = (m.plant, m.reference) AND r.reverses <> '')
    GROUP BY plant, item_no, lot_no, location, status, owner, hu, unit
    ORDER BY plant, item_no, lot_no, location, status, owner
"""


class SqlUnits:
    """ports.Units. The row of a unit is the lock on what is in it."""

    async def open(self, ssccs: Collection[str]) -> dict[str, HandlingUnit]:
        """Nothing is asked where nothing is packed."""
        if not ssccs:
            return {}
        rows = await current_work().sql(
            _UNITS + " WHERE sscc = ANY(%s) ORDER BY sscc FOR UPDATE", (sorted(ssccs),)
        )
        found = {one.sscc: one for one in (_unit(*row) for row in rows)}
        for one in found.values():
            audit.saw("handling_unit", _name(one), _facts(one))
        return found

    async def look(self, ssccs: Collection[str]) -> dict[str, HandlingUnit]:
        """By SSCC."""
        rows = await current_work().sql(_UNITS + " WHERE sscc = ANY(%s)", (sorted(ssccs),))
        return {one.sscc: one for one in (_unit(*row) for row in rows)}

    async def below(self, ssccs: Collection[str]) -> set[str]:
        """Down the nesting."""
        return {sscc for (sscc,) in await current_work().sql(_BELOW, (sorted(ssccs),))}

    async def above(self, ssccs: Collection[str]) -> set[str]:
        """Up the nesting."""
        return {sscc for (sscc,) in await current_work().sql(_ABOVE, (sorted(ssccs),))}

    async def shipped(self, ssccs: Collection[str]) -> dict[str, list[Balance]]:
        """From its issues."""
        found: defaultdict[str, list[Balance]] = defaultdict(list)
        for *key, amount, unit, at in await current_work().sql(_SHIPPED, (sorted(ssccs),)):
            one = Balance(read_place(*key), Quantity(amount, unit), at)
            found[one.place.hu].append(one)
        return dict(found)

    async def number(self, prefix: str, count: int) -> int:
        """Numbers of a transaction that fails are given again."""
        [(following,)] = await current_work().sql(
            "INSERT INTO sscc_serial AS s VALUES (%(prefix)s, 1 + %(count)s)"
            " ON CONFLICT (prefix) DO UPDATE SET next = s.next + %(count)s RETURNING next",
            {"prefix": prefix, "count": count},
        )
        return int(following) - count

    async def add(self, units: Sequence[HandlingUnit]) -> None:
        """In one statement."""
        rows = await current_work().sql(
            "INSERT INTO handling_unit (sscc, plant, location, type, state, parent, delivery_no,"
            " as_of) SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::text[], %s::text[], %s::timestamptz[]) ORDER BY 1"
            " ON CONFLICT DO NOTHING RETURNING sscc",
            columns(map(_row, units), 8),
        )
        added = {sscc for (sscc,) in rows}
        for position, unit in enumerate(units):
            if unit.sscc not in added:
                raise ConflictError(
                    f"handling unit {unit.sscc} exists",
                    code="handling_unit_exists",
                    field=f"units[{position}].sscc",
                    hint="an SSCC is used once",
                )
            audit.made("handling_unit", _name(unit), _facts(unit))

    async def save(self, units: Sequence[HandlingUnit]) -> None:
        """In one statement."""
        for one in units:
            audit.saved("handling_unit", _name(one), _facts(one))
        await current_work().sql(
            "UPDATE handling_unit u SET plant = k.plant, location = k.location, state = k.state,"
            " parent = k.parent, delivery_no = k.delivery_no, as_of = k.as_of"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::timestamptz[])"
            " AS k(sscc, plant, location, type, state, parent, delivery_no, as_of)"
            " WHERE u.sscc = k.sscc",
            columns(map(_row, units), 8),
        )

    async def page(self, plant: str, page: Page) -> Sequence[HandlingUnit]:
        """By SSCC."""
        [after] = page.after or ("",)
        rows = await current_work().sql(
            _UNITS + " WHERE plant = %s AND sscc > %s ORDER BY sscc LIMIT %s",
            (plant, after, page.limit),
        )
        return [_unit(*row) for row in rows]


def _unit(*row: Any) -> HandlingUnit:
    sscc, plant, location, type, as_of, state, parent, delivery_no = row
    return HandlingUnit(sscc, plant, location, type, as_of, State(state), parent, delivery_no)


def _name(unit: HandlingUnit) -> str:
    return f"{unit.plant}/{unit.sscc}"


def _facts(unit: HandlingUnit) -> dict[str, str]:
    return {
        "location": unit.location,
        "type": unit.type,
        "state": unit.state,
        "parent": unit.parent,
        "delivery_no": unit.delivery_no,
    }


def _row(unit: HandlingUnit) -> tuple[object, ...]:
    return (
        unit.sscc,
        unit.plant,
        unit.location,
        unit.type,
        unit.state,
        unit.parent,
        unit.delivery_no,
        unit.as_of,
    )
