"""Genealogy in PostgreSQL: integer ids inside, an index for each direction, one query a trace."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Select, Table, select

from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.mes.domain.genealogy import Direction, Edge, Link
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.store import tables as t
from services.mes.store.lots import KEY

# UNION, not UNION ALL: an id that was reached is not walked from again, whatever leads there.
_FORWARD = """
    WITH RECURSIVE reached(id) AS (
        SELECT l.id FROM lot l JOIN unnest(%s::text[], %s::text[], %s::text[])
            AS k(plant, item_no, lot_no) USING (plant, item_no, lot_no)
        UNION
        SELECT e.to_id FROM reached r JOIN genealogy_edge e ON e.from_id = r.id)
    SELECT l.plant, l.item_no, l.lot_no FROM reached JOIN lot l USING (id)
"""
_BACKWARD = """
    WITH RECURSIVE reached(id) AS (
        SELECT l.id FROM lot l JOIN unnest(%s::text[], %s::text[], %s::text[])
            AS k(plant, item_no, lot_no) USING (plant, item_no, lot_no)
        UNION
        SELECT e.from_id FROM reached r JOIN genealogy_edge e ON e.to_id = r.id)
    SELECT l.plant, l.item_no, l.lot_no FROM reached JOIN lot l USING (id)
"""
_CIRCULAR = """
    WITH RECURSIVE link(no, source, target) AS (
        SELECT k.no, s.id, d.id FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[],
            %s::text[]) WITH ORDINALITY AS k(plant, from_item, from_lot, to_item, to_lot, no)
        JOIN lot s ON (s.plant, s.item_no, s.lot_no) = (k.plant, k.from_item, k.from_lot)
        JOIN lot d ON (d.plant, d.item_no, d.lot_no) = (k.plant, k.to_item, k.to_lot)),
    reached(root, id) AS (
        SELECT target, target FROM link
        UNION
        SELECT r.root, e.to_id FROM reached r JOIN genealogy_edge e ON e.from_id = r.id)
    SELECT link.no FROM link JOIN reached r ON r.root = link.target AND r.id = link.source
    ORDER BY link.no LIMIT 1
"""
_ADD = """
    INSERT INTO genealogy_edge AS g (from_id, to_id, order_no, quantity)
    SELECT s.id, d.id, k.order_no, k.quantity
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::numeric[]) AS k(plant, from_item, from_lot, to_item, to_lot, order_no, quantity)
    JOIN lot s ON (s.plant, s.item_no, s.lot_no) = (k.plant, k.from_item, k.from_lot)
    JOIN lot d ON (d.plant, d.item_no, d.lot_no) = (k.plant, k.to_item, k.to_lot)
    ON CONFLICT (from_id, to_id, order_no) DO UPDATE
    SET quantity = COALESCE(g.quantity + excluded.quantity, g.quantity, excluded.quantity)
"""


_SOURCE, _TARGET = t.lot.alias("source"), t.lot.alias("target")
_EDGES = (
    select(
        *(side.c[name] for side in (_SOURCE, _TARGET) for name in LotKey._fields),
        t.genealogy_edge.c.order_no,
        t.genealogy_edge.c.quantity,
        _SOURCE.c.unit,
    )
    .join_from(t.genealogy_edge, _SOURCE, _SOURCE.c.id == t.genealogy_edge.c.from_id)
    .join(_TARGET, _TARGET.c.id == t.genealogy_edge.c.to_id)
)


class SqlGenealogy:
    """ports.Genealogy."""

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """The lots that carry the order's number."""
        query = select(t.lot.c.plant, t.lot.c.order_no, t.lot.c.item_no, t.lot.c.lot_no)
        return await _lots_by_order(query.where(t.lot.c.order_no != ""), t.lot, orders)

    async def loose(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """What was consumed for the order as a whole."""
        c = t.consumption.c
        query = select(c.plant, c.order_no, c.item_no, c.lot_no).where(c.loose).distinct()
        return await _lots_by_order(query, t.consumption, orders)

    async def add(self, edges: Sequence[Edge]) -> None:
        """Merged edges, each link once."""
        if edges:
            links = [edge.link for edge in edges]
            amounts = [edge.quantity and edge.quantity.value for edge in edges]
            orders = [link.order.order_no for link in links]
            await current_work().sql(_ADD, (*_columns(links), orders, amounts))

    async def clear(self) -> None:
        """Writers wait until we commit; who only reads does not."""
        await current_work().sql("LOCK TABLE genealogy_edge IN EXCLUSIVE MODE")
        await current_work().sql("DELETE FROM genealogy_edge")

    async def children(self, lots: Collection[LotKey]) -> dict[LotKey, set[LotKey]]:
        """One level down."""
        source, target = t.lot.alias("source"), t.lot.alias("target")
        key = (source.c.plant, source.c.item_no, source.c.lot_no)
        query = (
            select(*key, target.c.plant, target.c.item_no, target.c.lot_no)
            .join_from(t.genealogy_edge, source, source.c.id == t.genealogy_edge.c.from_id)
            .join(target, target.c.id == t.genealogy_edge.c.to_id)
            .where(t.among(key, lots))
        )
        found: defaultdict[LotKey, set[LotKey]] = defaultdict(set)
        for row in await t.rows(query):
            found[LotKey._make(row[:3])].add(LotKey._make(row[3:]))
        return dict(found)

    async def next_to(self, lots: Collection[LotKey], direction: Direction) -> Sequence[Edge]:
        """By the index of that direction."""
        end = _SOURCE if direction is Direction.FORWARD else _TARGET
        key = (end.c.plant, end.c.item_no, end.c.lot_no)
        return await _read(_EDGES.where(t.among(key, lots)))

    async def circular(self, links: Iterable[Link]) -> Link | None:
        """The first link whose source lies below its target."""
        given = list(links)
        rows = await current_work().sql(_CIRCULAR, _columns(given)) if given else []
        return given[rows[0][0] - 1] if rows else None

    async def trace(self, lots: Collection[LotKey], direction: Direction) -> set[LotKey]:
        """By ids alone; who wants the lots loads them in one batch."""
        columns = ([key[part] for key in lots] for part in range(3))
        query = _FORWARD if direction is Direction.FORWARD else _BACKWARD
        return {LotKey(*row) for row in await current_work().sql(query, tuple(columns))}

    async def among(self, lots: Collection[LotKey]) -> Sequence[Edge]:
        """In the order of their links."""
        if not lots:
            return []
        ids = select(t.lot.c.id).where(t.among(KEY, lots)).cte("ids")
        both = (t.genealogy_edge.c[end].in_(select(ids.c.id)) for end in ("from_id", "to_id"))
        return await _read(_EDGES.where(*both))


async def _read(query: Select[Any]) -> Sequence[Edge]:
    return sorted((_edge(*row) for row in await t.rows(query)), key=lambda one: one.link)


def _edge(*row: Any) -> Edge:
    source, target = LotKey._make(row[:3]), LotKey._make(row[3:6])
    order_no, amount, unit = row[6:]
    quantity = None if amount is None else Quantity(amount, unit)
    return Edge(Link(source, target, OrderKey(source.plant, order_no)), quantity)


def _columns(links: Sequence[Link]) -> tuple[list[str], ...]:
    return (
        [link.source.plant for link in links],
        [link.source.item_no for link in links],
        [link.source.lot_no for link in links],
        [link.target.item_no for link in links],
        [link.target.lot_no for link in links],
    )


async def _lots_by_order(
    query: Select[Any], table: Table, orders: Collection[OrderKey]
) -> dict[OrderKey, set[LotKey]]:
    if not orders:
        return {}
    found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
    for row in await t.rows(query.where(t.of_orders(table, orders))):
        key = OrderKey(row.plant, row.order_no)
        found[key].add(LotKey(row.plant, row.item_no, row.lot_no))
    return dict(found)
