"""Balances in PostgreSQL: the fold of the movements, kept in the same transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import Row, current_work
from services.wms.domain.keys import LotKey
from services.wms.domain.place import Place, Status
from services.wms.domain.stock import Balance
from services.wms.ports import Drift
from services.wms.store.columns import lot_columns, place_columns

_WALKED = 500
_BALANCES = "SELECT plant, item_no, lot_no, location, status, quantity, unit, as_of FROM balance"

# Both sides of every movement. Whoever is about to change a balance waits for the lock; a movement
# not yet committed is not seen here, and its change is added to what we leave.
_REBUILD = """
    WITH leg AS (
        SELECT plant, item_no, lot_no, location, status, unit, change, recorded_at FROM movement
        UNION ALL
        SELECT plant, item_no, lot_no, there_location, there_status, unit, -change, recorded_at
        FROM movement WHERE there_status IS NOT NULL),
    fold AS (
        SELECT plant, item_no, lot_no, location, status, unit, sum(change) AS quantity,
            max(recorded_at) AS as_of
        FROM leg GROUP BY plant, item_no, lot_no, location, status, unit),
    drift AS (
        SELECT plant, item_no, lot_no, location, status, b.quantity AS kept, f.quantity AS counted,
            b.unit AS kept_unit, f.unit AS counted_unit, f.as_of
        FROM balance b FULL JOIN fold f USING (plant, item_no, lot_no, location, status)
        WHERE (b.quantity, b.unit, b.as_of) IS DISTINCT FROM (f.quantity, f.unit, f.as_of)),
    wrong AS (
        DELETE FROM balance b USING drift d WHERE d.counted IS NULL
            AND (b.plant, b.item_no, b.lot_no, b.location, b.status)
                = (d.plant, d.item_no, d.lot_no, d.location, d.status)),
    right_again AS (
        INSERT INTO balance AS b (plant, item_no, lot_no, location, status, quantity, unit, as_of)
        SELECT plant, item_no, lot_no, location, status, counted, counted_unit, as_of
        FROM drift WHERE counted IS NOT NULL
        ON CONFLICT (plant, item_no, lot_no, location, status) DO UPDATE
        SET quantity = excluded.quantity, unit = excluded.unit, as_of = excluded.as_of)
    SELECT plant, item_no, lot_no, location, status, kept, kept_unit, counted, counted_unit
    FROM drift ORDER BY plant, item_no, lot_no, location, status
"""


class SqlBalances:
    """ports.Balances."""

    async def get(self, places: Collection[Place]) -> dict[Place, Quantity]:
        """By place, empty ones too."""
        rows = await current_work().sql(
            _BALANCES + " JOIN unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
            " AS k(plant, item_no, lot_no, location, status)"
            " USING (plant, item_no, lot_no, location, status)",
            place_columns(places),
        )
        return {one.place: one.quantity for one in _balances(rows)}

    async def of_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Balance]]:
        """By location and status."""
        rows = await current_work().sql(
            _BALANCES
            + " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS k(plant, item_no, lot_no)"
            " USING (plant, item_no, lot_no) WHERE quantity <> 0"
            " ORDER BY plant, item_no, lot_no, location, status",
            lot_columns(lots),
        )
        found: defaultdict[LotKey, list[Balance]] = defaultdict(list)
        for one in _balances(rows):
            found[one.place.lot].append(one)
        return dict(found)

    async def page(self, plant: str, item_no: str, page: Page) -> Sequence[Balance]:
        """By item, lot, location and status."""
        after = page.after or ("", "", "", "")
        rows = await current_work().sql(
            _BALANCES + " WHERE plant = %s AND (%s = '' OR item_no = %s) AND quantity <> 0"
            " AND (item_no, lot_no, location, status) > (%s, %s, %s, %s)"
            " ORDER BY item_no, lot_no, location, status LIMIT %s",
            (plant, item_no, item_no, *after, page.limit),
        )
        return list(_balances(rows))

    async def walk(self, after: Place | None) -> Sequence[Balance]:
        """By plant, item, lot, location and status."""
        key = (*after.lot, *after[1:]) if after else ("",) * 5
        rows = await current_work().sql(
            _BALANCES + " WHERE (plant, item_no, lot_no, location, status) > (%s, %s, %s, %s, %s)"
            " AND quantity <> 0 ORDER BY plant, item_no, lot_no, location, status LIMIT %s",
            (*key, _WALKED),
        )
        return list(_balances(rows))

    async def change(self, changes: Mapping[Place, Quantity], at: datetime) -> None:
        """Added by the database, to whatever a rebuild may have left meanwhile."""
        places = sorted(changes)
        keys = place_columns(places)
        amounts = [changes[place].value for place in places]
        await current_work().sql(
            "INSERT INTO balance (plant, item_no, lot_no, location, status, quantity, unit, as_of)"
            " SELECT *, %s FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::numeric[], %s::text[]) ON CONFLICT DO NOTHING",
            (at, *keys, [0] * len(places), [changes[place].unit for place in places]),
        )
        await current_work().sql(
            "UPDATE balance b SET quantity = b.quantity + c.change, as_of = greatest(b.as_of, %s)"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::numeric[]) AS c(plant, item_no, lot_no, location, status, change)"
            " WHERE (b.plant, b.item_no, b.lot_no, b.location, b.status)"
            " = (c.plant, c.item_no, c.lot_no, c.location, c.status)",
            (at, *keys, amounts),
        )

    async def rebuild(self) -> Sequence[Drift]:
        """Only what is wrong is written."""
        await current_work().sql("LOCK TABLE balance IN EXCLUSIVE MODE")
        rows = await current_work().sql(_REBUILD)
        return [Drift(_place(*row[:5]), _quantity(*row[5:7]), _quantity(*row[7:])) for row in rows]


def _balances(rows: Iterable[Row]) -> Iterable[Balance]:
    for *key, amount, unit, as_of in rows:
        yield Balance(_place(*key), Quantity(amount, unit), as_of)


def _place(*key: Any) -> Place:
    *lot, location, status = key
    return Place(LotKey(*lot), location, Status(status))


def _quantity(amount: Decimal | None, unit: str | None) -> Quantity | None:
    return None if amount is None or unit is None else Quantity(amount, unit)
