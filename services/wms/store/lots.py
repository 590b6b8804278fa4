"""Items, lots and the holds on them in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from services.kit.store import Row, current_work
from services.wms.domain.hold import Hold
from services.wms.domain.keys import LotKey
from services.wms.store.columns import columns, lot_columns


class SqlLots:
    """ports.Lots. The row of a lot is the lock on its balances and its holds."""

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, list[str]]:
        """Rows are made and locked in one order each: two writers never wait for each other."""
        given, work = lot_columns(keys), current_work()
        await work.sql(
            "INSERT INTO lot (plant, item_no, lot_no)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING",
            given,
        )
        await work.sql(
            "SELECT 1 FROM lot JOIN unnest(%s::text[], %s::text[], %s::text[])"
            " AS k(plant, item_no, lot_no) USING (plant, item_no, lot_no)"
            " ORDER BY plant, item_no, lot_no FOR UPDATE OF lot",
            given,
        )
        # A statement of its own: it sees what those did for whom we waited.
        return {key: [] for key in keys} | await self.holds(keys)

    async def holds(self, keys: Collection[LotKey]) -> dict[LotKey, list[str]]:
        """By lot, sorted."""
        rows = await current_work().sql(
            "SELECT plant, item_no, lot_no, hold_no FROM lot_hold"
            " JOIN unnest(%s::text[], %s::text[], %s::text[])"
            " AS k(plant, item_no, lot_no) USING (plant, item_no, lot_no)"
            " WHERE active",
            lot_columns(keys),
        )
        return _by_lot(rows)

    async def hold(self, holds: Sequence[Hold]) -> None:
        """The highest version stays, within the batch too."""
        latest: dict[tuple[LotKey, str], Hold] = {}
        for hold in sorted(holds, key=lambda hold: hold.version):
            latest[hold.lot, hold.hold_no] = hold
        chosen = (latest[key] for key in sorted(latest))
        await current_work().sql(
            "INSERT INTO lot_hold AS h (plant, item_no, lot_no, hold_no, version, active)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],"
            " %s::boolean[]) ON CONFLICT (plant, item_no, lot_no, hold_no) DO UPDATE"
            " SET version = excluded.version, active = excluded.active"
            " WHERE h.version < excluded.version",
            columns(((*one.lot, one.hold_no, one.version, one.active) for one in chosen), 6),
        )


def _by_lot(rows: Iterable[Row]) -> dict[LotKey, list[str]]:
    found: defaultdict[LotKey, list[str]] = defaultdict(list)
    for *key, hold_no in sorted(rows):
        found[LotKey(*key)].append(hold_no)
    return dict(found)
