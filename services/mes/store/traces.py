"""Traces in PostgreSQL: integer ids alone while walking, what they are in one batch after it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, LiteralString

from sqlalchemy import ARRAY, BigInteger, cast, func

from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.mes.domain.genealogy import Direction, Edge
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey, TradeKey
from services.mes.domain.passage import Receipt, Shipment
from services.mes.ports import Reached, Traced
from services.mes.store import tables as t
from services.mes.store.edges import EDGES, read_edge
from services.mes.store.lots import read_hold

# UNION, not UNION ALL: an id that was reached is not walked from again, whatever leads there.
_START: LiteralString = """
    WITH RECURSIVE start(no, id) AS (
        SELECT k.no, l.id FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY
            AS k(plant, item_no, lot_no, no) JOIN lot l USING (plant, item_no, lot_no)),
    reached(no, id) AS (
        SELECT no, id FROM start
        UNION
"""
_WALK: dict[Direction, LiteralString] = {
    Direction.FORWARD: """
        SELECT r.no, e.to_id FROM reached r
        JOIN genealogy_edge e ON e.from_id = r.id AND e.void_by IS NULL)
""",
    Direction.BACKWARD: """
        SELECT r.no, e.from_id FROM reached r
        JOIN genealogy_edge e ON e.to_id = r.id AND e.void_by IS NULL)
""",
}
_ALL: LiteralString = """
    SELECT s.no, s.id, r.ids, r.ids
    FROM (SELECT no, array_agg(id ORDER BY id) AS ids FROM reached GROUP BY no) r
    JOIN start s USING (no)
"""
_OF_PLANTS: LiteralString = """
    SELECT s.no, s.id, r.ids, r.shown
    FROM (SELECT no, array_agg(id ORDER BY id) AS ids,
        coalesce(array_agg(id ORDER BY id) FILTER (WHERE plant = ANY(%s)), '{}') AS shown
        FROM reached JOIN lot USING (id) GROUP BY no) r
    JOIN start s USING (no)
"""
_STEPS: dict[Direction, LiteralString] = {
    Direction.FORWARD: """
    SELECT DISTINCT e.from_id, e.to_id FROM unnest(%s::bigint[]) AS k(id)
    JOIN genealogy_edge e ON e.from_id = k.id AND e.void_by IS NULL ORDER BY 1, 2
""",
    Direction.BACKWARD: """
    SELECT DISTINCT e.to_id, e.from_id FROM unnest(%s::bigint[]) AS k(id)
    JOIN genealogy_edge e ON e.to_id = k.id AND e.void_by IS NULL ORDER BY 1, 2
""",
}
# A family's rows may be anywhere in the table: OFFSET 0 has each looked up in the covering index.
_LOTS = """
    SELECT k.id, l.plant, l.item_no, l.lot_no, l.order_no FROM unnest(%s::bigint[]) AS k(id)
    CROSS JOIN LATERAL (SELECT * FROM lot WHERE lot.id = k.id OFFSET 0) l
"""
# Of each place, or of each order: the columns are the same, and so is what does not count.
_RECEIPT: LiteralString = """
    SELECT l.plant, l.item_no, l.lot_no, r.quantity, l.unit, o.occurred_at, r.event_id,
        r.supplier, r.supplier_lot, r.manufacturer, r.country, r.purchase_order_no
    FROM lot_receipt r JOIN lot l ON l.id = r.lot_id
    JOIN lot_operation o ON (o.plant, o.event_id) = (r.plant, r.event_id)
    WHERE NOT r.void
"""
_SHIPMENT: LiteralString = """
    SELECT l.plant, l.item_no, l.lot_no, r.quantity, l.unit, o.occurred_at, r.event_id,
        r.shipment_no, r.customer, r.sales_order_no
    FROM lot_shipment r JOIN lot l ON l.id = r.lot_id
    JOIN lot_operation o ON (o.plant, o.event_id) = (r.plant, r.event_id)
    WHERE NOT r.void
"""
_OF_PLACES: LiteralString = (
    " AND r.lot_id = ANY(%s::bigint[]) ORDER BY o.occurred_at, r.plant, r.event_id"
)
_RECEIVED: LiteralString = f"""
    SELECT passed.* FROM unnest(%s::text[], %s::text[]) AS k(plant, no) CROSS JOIN LATERAL (
        {_RECEIPT} AND r.plant = k.plant AND r.purchase_order_no = k.no
        ORDER BY o.occurred_at, r.event_id LIMIT %s) passed
"""
_SHIPPED: LiteralString = f"""
    SELECT passed.* FROM unnest(%s::text[], %s::text[]) AS k(plant, no) CROSS JOIN LATERAL (
        {_SHIPMENT} AND r.plant = k.plant AND r.sales_order_no = k.no
        ORDER BY o.occurred_at, r.event_id LIMIT %s) passed
"""
# A hold of the lot's own comes first; what was lifted on it does not come back through its past.
_HOLDS: LiteralString = """
    SELECT DISTINCT ON (s.no, h.hold_no) l.plant, l.item_no, l.lot_no, h.hold_no, h.version,
        o.plant, o.item_no, o.lot_no, h.blocks
    FROM reached r JOIN start s USING (no)
    JOIN lot_hold h ON h.lot_id = r.id AND h.active
    JOIN lot l ON l.id = s.id JOIN lot o ON o.id = r.id
    WHERE NOT EXISTS (SELECT FROM lot_hold x WHERE (x.lot_id, x.hold_no) = (s.id, h.hold_no)
        AND NOT x.active AND x.version >= h.version)
    ORDER BY s.no, h.hold_no, r.id <> s.id, h.version DESC, r.id
"""


class SqlTraces:
    """ports.Traces; a place is the id of the lot's row."""

    async def reach(
        self, lots: Sequence[LotKey], direction: Direction, plants: Sequence[str] | None
    ) -> Sequence[Reached]:
        """One query for all of them."""
        query = _START + _WALK[direction] + (_ALL if plants is None else _OF_PLANTS)
        of_plants = () if plants is None else (list(plants),)
        rows = await current_work().sql(query, (*_columns(lots, 3), *of_plants))
        found = {row[0]: Reached(*row[1:]) for row in rows}
        return [found.get(no, Reached(0, (), ())) for no in range(1, len(lots) + 1)]

    async def steps(
        self, places: Collection[int], direction: Direction
    ) -> Sequence[tuple[int, int]]:
        """By the index of that direction."""
        rows = await current_work().sql(_STEPS[direction], (_array(places),))
        return [(here, there) for here, there in rows]

    async def lots(self, places: Collection[int]) -> dict[int, Traced]:
        """By the index that has all of it."""
        rows = await current_work().sql(_LOTS, (_array(places),))
        return {row[0]: Traced(row[0], LotKey(*row[1:4]), row[4]) for row in rows}

    async def edges(
        self, places: Collection[int], direction: Direction
    ) -> Sequence[tuple[int, Edge]]:
        """By the end at which a step arrives."""
        here, there = ("from_id", "to_id")[:: 1 if direction is Direction.FORWARD else -1]
        given = cast(list(places), ARRAY(BigInteger))
        found = await t.rows(EDGES.where(t.genealogy_edge.c[there] == func.any(given)))
        edges = [(getattr(row, here), read_edge(row)) for row in found]
        return sorted(edges, key=lambda one: one[1].link)

    async def receipts(self, places: Collection[int]) -> Sequence[Receipt]:
        """Those that count."""
        rows = await current_work().sql(_RECEIPT + _OF_PLACES, (_array(places),))
        return [_receipt(row) for row in rows]

    async def shipments(self, places: Collection[int]) -> Sequence[Shipment]:
        """Those that count."""
        rows = await current_work().sql(_SHIPMENT + _OF_PLACES, (_array(places),))
        return [_shipment(row) for row in rows]

    async def received(
        self, orders: Collection[TradeKey], first: int
    ) -> dict[TradeKey, list[Receipt]]:
        """By the index of their purchase orders."""
        found: defaultdict[TradeKey, list[Receipt]] = defaultdict(list)
        for row in await current_work().sql(_RECEIVED, (*_columns(orders, 2), first)):
            found[TradeKey(row[0], row[11])].append(_receipt(row))
        return dict(found)

    async def shipped(
        self, orders: Collection[TradeKey], first: int
    ) -> dict[TradeKey, list[Shipment]]:
        """By the index of their sales orders."""
        found: defaultdict[TradeKey, list[Shipment]] = defaultdict(list)
        for row in await current_work().sql(_SHIPPED, (*_columns(orders, 2), first)):
            found[TradeKey(row[0], row[9])].append(_shipment(row))
        return dict(found)

    async def holds(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """One query for all of them."""
        query = _START + _WALK[Direction.BACKWARD] + _HOLDS
        return [read_hold(row) for row in await current_work().sql(query, _columns(lots, 3))]


def _receipt(row: Sequence[Any]) -> Receipt:
    return Receipt(*_passed(row), *row[7:])


def _shipment(row: Sequence[Any]) -> Shipment:
    return Shipment(*_passed(row), *row[7:])


def _passed(row: Sequence[Any]) -> tuple[Any, ...]:
    return LotKey(*row[:3]), Quantity(row[3], row[4]), row[5], row[6]


def _array(places: Collection[int]) -> str:
    """As PostgreSQL writes it: psycopg looks at every element, which for thousands takes longer."""
    return f"{{{','.join(map(str, places))}}}"


def _columns(keys: Collection[tuple[str, ...]], parts: int) -> tuple[list[str], ...]:
    return tuple([key[part] for key in keys] for part in range(parts))
