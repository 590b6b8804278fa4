"""Scopes of holds in PostgreSQL, and what came under each."""

from collections.abc import Collection, Sequence

from services.kit.holds.gates import close_gates, enter_gates
from services.kit.paging import Page
from services.kit.store import current_work
from services.wms.domain.hold import Block
from services.wms.domain.keys import LotKey
from services.wms.domain.scope import Scope

_STANDS = """NOT EXISTS (SELECT FROM movement b
        WHERE (b.plant, b.reverses) = (m.plant, m.reference) AND b.reverses <> '')"""
_MADE = "m.type IN ('receipt_production', 'receipt_byproduct')"
_BOUGHT = "m.type IN ('receipt_purchase', 'receipt_gr_blocked', 'receipt_valuated')"
_PAGE = f"""
    SELECT DISTINCT f.item_no, f.lot_no FROM (
        SELECT m.item_no, m.lot_no FROM hold_scope s JOIN movement m USING (plant, order_no)
        WHERE s.hold_no = %(hold_no)s AND s.active AND s.order_no <> ''
            AND m.lot_no <> '' AND {_MADE} AND {_STANDS}
        UNION ALL SELECT m.item_no, m.lot_no FROM hold_scope s JOIN movement m
            USING (plant, item_no)
        WHERE s.hold_no = %(hold_no)s AND s.active AND s.item_no <> ''
            AND ({_MADE} OR {_BOUGHT}) AND {_STANDS}
            AND ((m.occurred_at AT TIME ZONE 'UTC') + make_interval(mins => m.offset_minutes))::date
                BETWEEN s.first_day AND s.last_day
        UNION ALL SELECT m.item_no, m.lot_no FROM hold_scope s JOIN movement m
            ON m.plant = s.plant AND m.trade -> 'origin' ->> 'supplier_lot' = s.supplier_lot
        WHERE s.hold_no = %(hold_no)s AND s.active AND s.supplier_lot <> '' AND {_BOUGHT}
            AND s.party IN (m.trade -> 'origin' ->> 'supplier',
                m.trade -> 'origin' ->> 'manufacturer') AND {_STANDS}
        UNION ALL SELECT h.item_no, h.lot_no FROM lot_hold h
        WHERE h.hold_no = %(hold_no)s AND h.active AND h.plant = %(plant)s
    ) f WHERE f.lot_no <> '' AND (f.item_no, f.lot_no) > (%(item_no)s, %(after)s)
    ORDER BY 1, 2 LIMIT %(limit)s
"""
_APPLY = """
    INSERT INTO hold_scope AS s (hold_no, plant, active, version, blocks, order_no, item_no,
        first_day, last_day, party, supplier_lot)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (hold_no) DO UPDATE SET active = excluded.active, version = excluded.version
        WHERE s.version < excluded.version
"""


class SqlScopes:
    """ports.Scopes. The gate of a plant (kit.holds): shared by receipts, alone for a scope."""

    async def enter(self, plants: Collection[str]) -> Sequence[Scope]:
        """Two statements: the second sees what those did for whom the first waited."""
        await enter_gates(plants)
        rows = await current_work().sql(
            "SELECT hold_no, plant, version, blocks, order_no, item_no, first_day, last_day, party,"
            " supplier_lot FROM hold_scope WHERE active AND plant = ANY(%s) ORDER BY hold_no",
            (list(plants),),
        )
        return [
            Scope(no, plant, True, version, frozenset(map(Block, blocks)), *covers)
            for no, plant, version, blocks, *covers in rows
        ]

    async def apply(self, scopes: Sequence[Scope]) -> None:
        """Alone: who has entered is through."""
        work = current_work()
        await close_gates({scope.plant for scope in scopes})
        for one in scopes:
            kept = one.hold_no, one.plant, one.active, one.version, sorted(one.blocks)
            covers = one.order_no, one.item_no, one.first_day, one.last_day
            await work.sql(_APPLY, (*kept, *covers, one.party, one.supplier_lot))

    async def page(self, plant: str, hold_no: str, page: Page) -> Sequence[LotKey]:
        """By item and lot number."""
        item_no, after = page.after or ("", "")
        wanted = {"plant": plant, "hold_no": hold_no, "item_no": item_no, "after": after}
        rows = await current_work().sql(_PAGE, {**wanted, "limit": page.limit})
        return [LotKey(plant, *row) for row in rows]
