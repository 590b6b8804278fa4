"""Holds of lots in SQL. Whoever acts on a lot takes its row first, so that nobody slips past."""

from collections.abc import Collection, Sequence

from services.erp.domain.hold import Block, Hold
from services.erp.domain.keys import LotKey
from services.kit.store import current_work


class SqlHolds:
    """Holds over PostgreSQL."""

    async def lock(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """All holds of these lots, whose rows are ours until we commit."""
        ordered = sorted(lots)
        columns = (
            [lot.plant for lot in ordered],
            [lot.item_no for lot in ordered],
            [lot.lot_no for lot in ordered],
        )
        work = current_work()
        # Both in the order of the key: two transactions never wait for each other.
        await work.sql(
            "INSERT INTO lot (plant, item_no, lot_no) SELECT * FROM"
            " unnest(%s::text[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING",
            columns,
        )
        await work.sql(
            "SELECT 1 FROM lot JOIN unnest(%s::text[], %s::text[], %s::text[])"
            "  AS t(plant, item_no, lot_no) USING (plant, item_no, lot_no)"
            " ORDER BY plant, item_no, lot_no FOR UPDATE OF lot",
            columns,
        )
        rows = await work.sql(
            "SELECT hold_no, plant, item_no, lot_no, active, version, blocks FROM lot_hold"
            " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS t(plant, item_no, lot_no)"
            "  USING (plant, item_no, lot_no) ORDER BY hold_no",
            columns,
        )
        return [
            Hold(hold_no, LotKey(*key), active, version, frozenset(map(Block, blocks)))
            for hold_no, *key, active, version, blocks in rows
        ]

    async def put(self, hold: Hold) -> None:
        """Store it."""
        await current_work().sql(
            "INSERT INTO lot_hold (plant, item_no, lot_no, hold_no, active, version, blocks)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (plant, item_no, lot_no, hold_no)"
            " DO UPDATE SET active = excluded.active, version = excluded.version,"
            " blocks = excluded.blocks",
            (
                hold.lot.plant,
                hold.lot.item_no,
                hold.lot.lot_no,
                hold.hold_no,
                hold.active,
                hold.version,
                sorted(hold.blocks),
            ),
        )
