"""Scopes of holds in PostgreSQL, and what falls under each."""

from collections.abc import Collection, Sequence

from services.kit.holds.gates import close_gates, enter_gates
from services.kit.paging import Page
from services.kit.store import current_work
from services.mes.domain.hold import Block, Hold
from services.mes.domain.keys import LotKey
from services.mes.domain.scope import Scope

# What a scope `s` covers; each kind has a branch of its own, and reads by an index of its own. Only
# what stands counts. A report without a lot speaks for all lots of its order.
_STANDS = """c.reverses = 0 AND NOT EXISTS (SELECT FROM confirmation b
        WHERE (b.plant, b.order_no, b.reverses) = (c.plant, c.order_no, c.no) AND b.reverses > 0)"""
_HAPPENED = """NOT EXISTS (SELECT FROM genealogy_void v
        WHERE (v.plant, v.event_id) = (o.plant, o.event_id))"""
_UNDER = f"""
    SELECT l.id FROM lot l
    WHERE s.order_no <> '' AND l.plant = s.plant AND l.order_no = s.order_no {{among}}
    UNION SELECT l.id FROM lot l
    WHERE s.item_no <> '' AND l.plant = s.plant AND l.item_no = s.item_no {{among}} AND (
        EXISTS (SELECT FROM confirmation c
            WHERE (c.plant, c.order_no, c.lot_no) = (l.plant, l.order_no, l.lot_no)
            AND c.good > 0 AND {_STANDS}
            AND local_day(c.occurred_at, c.offset_minutes) BETWEEN s.first_day AND s.last_day)
        OR EXISTS (SELECT FROM lot_entry e JOIN lot_operation o USING (plant, event_id)
            WHERE e.lot_id = l.id AND e.quantity > 0 AND {_HAPPENED}
            AND local_day(o.occurred_at, o.offset_minutes) BETWEEN s.first_day AND s.last_day))
    UNION SELECT l.id FROM confirmation c JOIN work_order w USING (plant, order_no)
    JOIN lot l ON l.plant = c.plant AND l.item_no = w.item_no
        AND (l.lot_no = c.lot_no OR (c.lot_no = '' AND l.order_no = c.order_no))
    WHERE s.equipment <> '' AND c.plant = s.plant AND c.equipment <> '' {{among}}
        AND starts_with(c.equipment || '/', s.equipment || '/')
        AND coalesce(c.ended_at, c.occurred_at) >= s.starts_at
        AND (c.time_uncertain OR coalesce(c.started_at, c.occurred_at) < s.ends_at) AND {_STANDS}
    UNION SELECT l.id FROM lot_operation o JOIN lot_entry e USING (plant, event_id)
    JOIN lot l ON l.id = e.lot_id
    WHERE s.equipment <> '' AND o.plant = s.plant AND o.equipment <> '' {{among}}
        AND starts_with(o.equipment || '/', s.equipment || '/')
        AND o.occurred_at >= s.starts_at AND o.occurred_at < s.ends_at
        AND e.quantity > 0 AND {_HAPPENED}
    UNION SELECT l.id FROM lot_receipt r JOIN lot l ON l.id = r.lot_id
    WHERE s.supplier_lot <> '' AND r.plant = s.plant AND r.supplier_lot = s.supplier_lot
        AND s.party IN (r.supplier, r.manufacturer) AND NOT r.void {{among}}
    UNION SELECT l.id FROM lot l
    WHERE s.supplier_lot <> '' AND l.plant = s.plant AND l.supplier_lot = s.supplier_lot
        AND l.supplier_lot <> '' AND l.manufacturer = s.party {{among}}
"""
_FALLEN = f"""
    SELECT s.hold_no, l.plant, l.item_no, l.lot_no, s.version, s.blocks
    FROM hold_scope s
    CROSS JOIN LATERAL ({_UNDER.format(among="AND l.id = ANY(%(ids)s)")}) u
    JOIN lot l ON l.id = u.id
    WHERE s.active AND s.plant = ANY(%(plants)s) AND NOT EXISTS (SELECT FROM lot_hold h
        WHERE h.lot_id = l.id AND h.hold_no = s.hold_no AND (h.active OR h.version >= s.version))
    ORDER BY 1, 2, 3, 4
"""
_PAGE = f"""
    SELECT l.plant, l.item_no, l.lot_no FROM lot l JOIN (
        SELECT u.id FROM hold_scope s CROSS JOIN LATERAL ({_UNDER.format(among="")}) u
        WHERE s.hold_no = %(hold_no)s AND s.active
        UNION SELECT h.lot_id FROM lot_hold h WHERE h.hold_no = %(hold_no)s AND h.active
    ) f ON f.id = l.id
    WHERE l.plant = %(plant)s AND (l.item_no, l.lot_no) > (%(item_no)s, %(lot_no)s)
    ORDER BY 2, 3 LIMIT %(limit)s
"""
_APPLY = """
    INSERT INTO hold_scope AS s (hold_no, plant, active, version, blocks, order_no, item_no,
        first_day, last_day, equipment, starts_at, ends_at, party, supplier_lot)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, coalesce(%s, 'infinity'::date), %s, %s,
        coalesce(%s, 'infinity'::timestamptz), %s, %s)
    ON CONFLICT (hold_no) DO UPDATE SET active = excluded.active, version = excluded.version
        WHERE s.version < excluded.version
"""


class SqlScopes:
    """ports.Scopes. The gate of a plant (kit.holds): shared by reports, alone for a scope."""

    async def enter(self, plants: Collection[str]) -> bool:
        """Two statements: the second sees what those did for whom the first waited."""
        await enter_gates(plants)
        [(found,)] = await current_work().sql(
            "SELECT EXISTS (SELECT FROM hold_scope WHERE active AND plant = ANY(%s))",
            (list(plants),),
        )
        return bool(found)

    async def apply(self, scopes: Sequence[Scope]) -> None:
        """Alone: who has entered is through."""
        work = current_work()
        await close_gates({scope.plant for scope in scopes})
        for one in scopes:
            names = one.order_no, one.item_no, one.first_day, one.last_day
            times = one.equipment, one.starts_at, one.ends_at
            kept = one.hold_no, one.plant, one.active, one.version, sorted(one.blocks)
            await work.sql(_APPLY, (*kept, *names, *times, one.party, one.supplier_lot))

    async def fallen(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """By hold and lot."""
        work = current_work()
        found = await work.sql(
            "SELECT l.id FROM lot l JOIN unnest(%s::text[], %s::text[], %s::text[])"
            " AS k(plant, item_no, lot_no) USING (plant, item_no, lot_no)",
            tuple([lot[place] for lot in lots] for place in range(3)),
        )
        plants, ids = sorted({lot.plant for lot in lots}), [id for (id,) in found]
        return [
            Hold(
                no, LotKey(*lot), active=True, version=version, blocks=frozenset(map(Block, words))
            )
            for no, *lot, version, words in await work.sql(_FALLEN, {"ids": ids, "plants": plants})
        ]

    async def page(self, plant: str, hold_no: str, page: Page) -> Sequence[LotKey]:
        """By item and lot number."""
        item_no, lot_no = page.after or ("", "")
        after = {"item_no": item_no, "lot_no": lot_no, "limit": page.limit}
        rows = await current_work().sql(_PAGE, {"plant": plant, "hold_no": hold_no, **after})
        return [LotKey(*row) for row in rows]
