"""Genealogy in PostgreSQL: integer ids inside, an index for each direction, one query a trace."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from services.kit.audit import made
from services.kit.store import current_work
from services.mes.domain.genealogy import Direction, Edge, Link, Record
from services.mes.domain.keys import LotKey, OrderKey, ReportKey
from services.mes.domain.opening import EVENTS
from services.mes.domain.voiding import Void
from services.mes.ports import Told
from services.mes.store import tables as t
from services.mes.store.edges import (
    EDGE,
    EDGES,
    LIVE,
    RECORDS,
    SOURCE,
    TARGET,
    read_edges,
    read_record,
)
from services.mes.store.lots import KEY

_CIRCULAR = """
    WITH RECURSIVE link(no, source, target) AS (
        SELECT k.no, s.id, d.id FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[],
            %s::text[], %s::text[]) WITH ORDINALITY
            AS k(from_plant, from_item, from_lot, to_plant, to_item, to_lot, no)
        JOIN lot s ON (s.plant, s.item_no, s.lot_no) = (k.from_plant, k.from_item, k.from_lot)
        JOIN lot d ON (d.plant, d.item_no, d.lot_no) = (k.to_plant, k.to_item, k.to_lot)),
    reached(root, id) AS (
        SELECT target, target FROM link
        UNION
        SELECT r.root, e.to_id FROM reached r
        JOIN genealogy_edge e ON e.from_id = r.id AND e.void_by IS NULL)
    SELECT link.no FROM link JOIN reached r ON r.root = link.target AND r.id = link.source
    ORDER BY link.no LIMIT 1
"""
# An unknown share says nothing new where a link stands; what was struck out may come to count again
# by a rebuild alone.
_ADD = """
    INSERT INTO genealogy_edge AS g (from_id, to_id, order_no, operation, event_id, kind, quantity,
        made, occurred_at, offset_minutes, equipment)
    SELECT s.id, d.id, k.order_no, k.operation, k.event_id, k.kind, k.quantity, k.made,
        k.occurred_at, k.offset_minutes, k.equipment
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::int[], %s::text[], %s::text[], %s::numeric[], %s::numeric[], %s::timestamptz[],
        %s::int[], %s::text[])
        AS k(from_plant, from_item, from_lot, to_plant, to_item, to_lot, order_no, operation,
            event_id, kind, quantity, made, occurred_at, offset_minutes, equipment)
    JOIN lot s ON (s.plant, s.item_no, s.lot_no) = (k.from_plant, k.from_item, k.from_lot)
    JOIN lot d ON (d.plant, d.item_no, d.lot_no) = (k.to_plant, k.to_item, k.to_lot)
    WHERE k.quantity IS NOT NULL OR NOT EXISTS (SELECT FROM genealogy_edge o
        WHERE (o.from_id, o.to_id, o.order_no) = (s.id, d.id, k.order_no) AND o.void_by IS NULL)
    ON CONFLICT (from_id, to_id, order_no, operation, event_id) DO UPDATE SET void_by = NULL
    WHERE g.void_by IS NOT NULL
"""
_STRIKE = """
    UPDATE genealogy_edge e SET void_by = %s
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::int[], %s::text[])
        AS k(from_plant, from_item, from_lot, to_plant, to_item, to_lot, order_no, operation,
            event_id)
    JOIN lot s ON (s.plant, s.item_no, s.lot_no) = (k.from_plant, k.from_item, k.from_lot)
    JOIN lot d ON (d.plant, d.item_no, d.lot_no) = (k.to_plant, k.to_item, k.to_lot)
    WHERE (e.from_id, e.to_id, e.order_no, e.operation, e.event_id)
        = (s.id, d.id, k.order_no, k.operation, k.event_id)
"""
# Where nothing of an order is void, every lot that carries its number was fed.
_FED = """
    SELECT l.plant, l.order_no, l.item_no, l.lot_no
    FROM unnest(%s::text[], %s::text[]) AS k(plant, order_no)
    JOIN lot l USING (plant, order_no)
    WHERE NOT EXISTS (SELECT FROM genealogy_void v
            WHERE (v.plant, v.order_no) = (l.plant, l.order_no))
        OR EXISTS (SELECT FROM confirmation c
            WHERE (c.plant, c.order_no, c.lot_no) = (l.plant, l.order_no, l.lot_no)
            AND (c.good <> 0 OR EXISTS (SELECT FROM consumption u
                WHERE (u.plant, u.order_no, u.no) = (c.plant, c.order_no, c.no)))
            AND NOT EXISTS (SELECT FROM genealogy_void v
                WHERE (v.plant, v.event_id) = (c.plant, c.id)))
"""
_LOOSE = """
    SELECT DISTINCT u.plant, u.order_no, u.item_no, u.lot_no
    FROM unnest(%s::text[], %s::text[]) AS k(plant, order_no)
    JOIN consumption u USING (plant, order_no)
    WHERE u.loose AND NOT EXISTS (SELECT FROM genealogy_void v
        JOIN confirmation c ON (c.plant, c.id) = (v.plant, v.event_id)
        WHERE (c.plant, c.order_no, c.no) = (u.plant, u.order_no, u.no))
"""
_STRIKE_OPERATIONS = """
    UPDATE genealogy_edge e SET void_by = n.event_id
    FROM unnest(%s::text[], %s::text[]) AS k(plant, event_id)
    JOIN lot_entry n USING (plant, event_id)
    WHERE (e.to_id, e.event_id, e.order_no) = (n.lot_id, n.event_id, '') AND e.void_by IS NULL
"""
_HISTORY = """
    SELECT l.plant, l.item_no, l.lot_no, s.plant, s.item_no, s.lot_no, d.plant, d.item_no,
        d.lot_no, e.order_no, e.kind, e.quantity, e.made, s.unit, d.unit, e.event_id,
        e.occurred_at, e.offset_minutes, e.operation, e.equipment, e.void_by
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS k(plant, item_no, lot_no)
    JOIN lot l USING (plant, item_no, lot_no)
    CROSS JOIN LATERAL (SELECT * FROM (
        SELECT * FROM genealogy_edge WHERE from_id = l.id
        UNION ALL SELECT * FROM genealogy_edge WHERE to_id = l.id AND void_by IS NULL
        UNION ALL SELECT * FROM genealogy_edge WHERE to_id = l.id AND void_by IS NOT NULL) e
        ORDER BY occurred_at DESC LIMIT 1000) e
    JOIN lot s ON s.id = e.from_id JOIN lot d ON d.id = e.to_id
    ORDER BY l.id, e.occurred_at, e.event_id, s.id, d.id
"""


class SqlGenealogy:
    """ports.Genealogy."""

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """The lots that carry the order's number."""
        query = select(t.lot.c.plant, t.lot.c.order_no, t.lot.c.item_no, t.lot.c.lot_no)
        wanted = query.where(t.lot.c.order_no != "", t.of_orders(t.lot, orders))
        return _by_order(await t.rows(wanted)) if orders else {}

    async def fed(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """The lots that carry its number for a reason that stands."""
        return _by_order(await current_work().sql(_FED, _orders(orders))) if orders else {}

    async def loose(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """What was consumed for the order as a whole."""
        return _by_order(await current_work().sql(_LOOSE, _orders(orders))) if orders else {}

    async def add(self, records: Sequence[Record]) -> None:
        """In one statement."""
        if records:
            edges, causes = [one.edge for one in records], [one.cause for one in records]
            await current_work().sql(
                _ADD,
                (
                    *_keys(records),
                    [edge.link.kind.value for edge in edges],
                    [edge.quantity and edge.quantity.value for edge in edges],
                    [edge.made and edge.made.value for edge in edges],
                    [cause.occurred_at.moment for cause in causes],
                    [cause.occurred_at.offset_minutes for cause in causes],
                    [cause.equipment for cause in causes],
                ),
            )

    async def recorded(self, orders: Collection[OrderKey]) -> Sequence[Record]:
        """By the lots that carry the order's number; nothing else is made by it."""
        if not orders:
            return []
        its_own = (TARGET.c.order_no == EDGE.order_no, TARGET.c.order_no != "")
        # No report stands for what was loaded.
        reported = ~EDGE.event_id.startswith(EVENTS, autoescape=True)
        of_these = t.among([TARGET.c.plant, TARGET.c.order_no], orders)
        query = RECORDS.where(LIVE, of_these, *its_own, reported)
        return [read_record(*row) for row in await t.rows(query)]

    async def declare(self, voids: Sequence[Void], order: Mapping[ReportKey, OrderKey]) -> None:
        """The first declaration of an event stays."""
        rows = [_void(void, order.get(void.event)) for void in voids]
        if rows:
            statement = postgresql.insert(t.genealogy_void).values(rows).on_conflict_do_nothing()
            void = t.genealogy_void.c
            new = await t.rows(statement.returning(void.plant, void.event_id, void.reason))
            for row in new:
                made("void", f"{row.plant}/{row.event_id}", {"reason": row.reason})

    async def voided(self, events: Collection[ReportKey]) -> set[ReportKey]:
        """By their ids."""
        key = (t.genealogy_void.c.plant, t.genealogy_void.c.event_id)
        return {
            ReportKey._make(row) for row in await t.rows(select(*key).where(t.among(key, events)))
        }

    async def strike(self, records: Sequence[Record], by: str) -> None:
        """They stay where they are, and say why they do not count."""
        if records:
            await current_work().sql(_STRIKE, (by, *_keys(records)))

    async def strike_operations(self, keys: Collection[ReportKey]) -> None:
        """By the lots that they entered."""
        columns = [key.plant for key in keys], [key.id for key in keys]
        await current_work().sql(_STRIKE_OPERATIONS, columns)

    async def history(self, lots: Collection[LotKey]) -> dict[LotKey, list[Told]]:
        """Oldest first."""
        columns = ([key[part] for key in lots] for part in range(3))
        found: defaultdict[LotKey, list[Told]] = defaultdict(list)
        for row in await current_work().sql(_HISTORY, tuple(columns)):
            found[LotKey._make(row[:3])].append(Told(read_record(*row[3:-1]), row[-1]))
        return dict(found)

    async def alone(self) -> None:
        """Writers wait until we commit; who only reads does not."""
        await current_work().sql("LOCK TABLE genealogy_edge IN EXCLUSIVE MODE")

    async def children(self, lots: Collection[LotKey]) -> dict[LotKey, set[LotKey]]:
        """One level down."""
        source, target = t.lot.alias("source"), t.lot.alias("target")
        key = (source.c.plant, source.c.item_no, source.c.lot_no)
        query = (
            select(*key, target.c.plant, target.c.item_no, target.c.lot_no)
            .join_from(t.genealogy_edge, source, source.c.id == t.genealogy_edge.c.from_id)
            .join(target, target.c.id == t.genealogy_edge.c.to_id)
            .where(t.among(key, lots), LIVE)
            .distinct()
        )
        found: defaultdict[LotKey, set[LotKey]] = defaultdict(set)
        for row in await t.rows(query):
            found[LotKey._make(row[:3])].add(LotKey._make(row[3:]))
        return dict(found)

    async def next_to(self, lots: Collection[LotKey], direction: Direction) -> Sequence[Edge]:
        """By the index of that direction."""
        end = SOURCE if direction is Direction.FORWARD else TARGET
        key = (end.c.plant, end.c.item_no, end.c.lot_no)
        return await read_edges(EDGES.where(t.among(key, lots)))

    async def circular(self, links: Iterable[Link]) -> Link | None:
        """The first link whose source lies below its target."""
        given = list(links)
        rows = await current_work().sql(_CIRCULAR, _columns(given)) if given else []
        return given[rows[0][0] - 1] if rows else None

    async def among(self, lots: Collection[LotKey]) -> Sequence[Edge]:
        """In the order of their links."""
        if not lots:
            return []
        ids = select(t.lot.c.id).where(t.among(KEY, lots)).cte("ids")
        both = (t.genealogy_edge.c[end].in_(select(ids.c.id)) for end in ("from_id", "to_id"))
        return await read_edges(EDGES.where(*both))


def _void(void: Void, order: OrderKey | None) -> dict[str, Any]:
    return {
        "plant": void.event.plant,
        "event_id": void.event.id,
        "order_no": order.order_no if order else "",
        "reason": void.reason.value,
        "corrective": list(void.corrective),
        "declared_by": void.by,
        "declared_at": void.at,
    }


def _keys(records: Sequence[Record]) -> tuple[list[Any], ...]:
    return (
        *_columns([one.edge.link for one in records]),
        [one.edge.link.order.order_no for one in records],
        [one.cause.operation for one in records],
        [one.cause.id for one in records],
    )


def _columns(links: Sequence[Link]) -> tuple[list[str], ...]:
    ends = [(*link.source, *link.target) for link in links]
    return tuple([end[place] for end in ends] for place in range(6))


def _orders(orders: Collection[OrderKey]) -> tuple[list[str], list[str]]:
    return [key.plant for key in orders], [key.order_no for key in orders]


def _by_order(rows: Iterable[Sequence[Any]]) -> dict[OrderKey, set[LotKey]]:
    found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
    for plant, order_no, item_no, lot_no in rows:
        found[OrderKey(plant, order_no)].add(LotKey(plant, item_no, lot_no))
    return dict(found)
