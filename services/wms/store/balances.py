"""Balances in PostgreSQL: the fold of the movements, kept in the same transaction."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from services.kit.audit import Change as Audited
from services.kit.audit import record
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import Row, current_work
from services.wms.domain.keys import ItemKey, LotKey
from services.wms.domain.place import Place
from services.wms.domain.stock import Balance
from services.wms.ports import Change, Drift
from services.wms.store import fold
from services.wms.store.columns import columns, flat, lot_columns, place_columns, read_place

_WALKED = 500
_BALANCES = (
    "SELECT plant, item_no, lot_no, location, status, owner, hu, quantity, unit, as_of, reserved"
    " FROM balance"
)
_BY_PLACE = " ORDER BY plant, item_no, lot_no, location, status, owner, hu"


class SqlBalances:
    """ports.Balances."""

    async def get(self, places: Collection[Place]) -> dict[Place, Balance]:
        """By place, empty ones too."""
        rows = await current_work().sql(
            _BALANCES + " JOIN unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::text[]) AS k(plant, item_no, lot_no, location, status, owner, hu)"
            " USING (plant, item_no, lot_no, location, status, owner, hu)",
            place_columns(places),
        )
        return {one.place: one for one in _balances(rows)}

    async def of_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Balance]]:
        """By the rest of the place."""
        rows = await current_work().sql(
            _BALANCES
            + " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS k(plant, item_no, lot_no)"
            " USING (plant, item_no, lot_no) WHERE quantity <> 0" + _BY_PLACE,
            lot_columns(lots),
        )
        found: defaultdict[LotKey, list[Balance]] = defaultdict(list)
        for one in _balances(rows):
            found[one.place.lot].append(one)
        return dict(found)

    async def of_items(self, items: Collection[ItemKey]) -> dict[ItemKey, list[Balance]]:
        """By the rest of the place."""
        rows = await current_work().sql(
            _BALANCES + " JOIN unnest(%s::text[], %s::text[]) AS k(plant, item_no)"
            " USING (plant, item_no) WHERE quantity <> 0" + _BY_PLACE,
            columns(sorted(items), 2),
        )
        found: defaultdict[ItemKey, list[Balance]] = defaultdict(list)
        for one in _balances(rows):
            found[one.place.lot.item].append(one)
        return dict(found)

    async def of_units(self, ssccs: Collection[str]) -> dict[str, list[Balance]]:
        """By place."""
        rows = await current_work().sql(
            _BALANCES + " WHERE hu = ANY(%s) AND hu <> '' AND quantity <> 0" + _BY_PLACE,
            (list(ssccs),),
        )
        found: defaultdict[str, list[Balance]] = defaultdict(list)
        for one in _balances(rows):
            found[one.place.hu].append(one)
        return dict(found)

    async def page(self, plant: str, item_no: str, page: Page) -> Sequence[Balance]:
        """By item, lot and the rest of the place."""
        after = page.after or ("",) * 6
        rows = await current_work().sql(
            _BALANCES + " WHERE plant = %s AND (%s = '' OR item_no = %s) AND quantity <> 0"
            " AND (item_no, lot_no, location, status, owner, hu) > (%s, %s, %s, %s, %s, %s)"
            " ORDER BY item_no, lot_no, location, status, owner, hu LIMIT %s",
            (plant, item_no, item_no, *after, page.limit),
        )
        return list(_balances(rows))

    async def walk(self, after: Place | None) -> Sequence[Balance]:
        """By plant, item, lot and the rest of the place."""
        key = flat(after) if after else ("",) * 7
        rows = await current_work().sql(
            _BALANCES + " WHERE (plant, item_no, lot_no, location, status, owner, hu)"
            " > (%s, %s, %s, %s, %s, %s, %s) AND quantity <> 0" + _BY_PLACE + " LIMIT %s",
            (*key, _WALKED),
        )
        return list(_balances(rows))

    async def change(self, changes: Mapping[Place, Change], at: datetime) -> None:
        """Added by the database, in the order of the places."""
        places = sorted(changes)
        keys, given = place_columns(places), [changes[place] for place in places]
        await current_work().sql(
            "INSERT INTO balance (plant, item_no, lot_no, location, status, owner, hu, quantity,"
            " unit, as_of) SELECT *, %s FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[])"
            " ON CONFLICT DO NOTHING",
            (at, *keys, [0] * len(places), [one.quantity.unit for one in given]),
        )
        await current_work().sql(
            "UPDATE balance b SET quantity = b.quantity + c.change,"
            " reserved = b.reserved + c.promised, as_of = greatest(b.as_of, %s)"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::numeric[], %s::numeric[])"
            " AS c(plant, item_no, lot_no, location, status, owner, hu, change, promised)"
            " WHERE (b.plant, b.item_no, b.lot_no, b.location, b.status, b.owner, b.hu)"
            " = (c.plant, c.item_no, c.lot_no, c.location, c.status, c.owner, c.hu)",
            (at, *keys, [one.quantity.value for one in given], [one.reserved for one in given]),
        )

    async def recount(self, lots: Collection[LotKey]) -> Sequence[Drift]:
        """See fold."""
        rows = await current_work().sql(fold.RECOUNT, lot_columns(lots))
        return [
            Drift(read_place(*row[:7]), _change(*row[7:10]), _change(*row[10:])) for row in rows
        ]

    async def repair(self, drifts: Sequence[Drift], at: datetime) -> None:
        """What has no movements goes, what has is written."""
        record(current_work(), *map(_repaired, drifts))
        gone = [one.place for one in drifts if one.counted is None]
        await current_work().sql(fold.FORGET, place_columns(gone))
        rows = [(*flat(one.place), *_row(one.counted), at) for one in drifts if one.counted]
        await current_work().sql(fold.WRITE, columns(sorted(rows), 11))


def _balances(rows: Iterable[Row]) -> Iterable[Balance]:
    for *key, amount, unit, as_of, reserved in rows:
        yield Balance(read_place(*key), Quantity(amount, unit), as_of, reserved)


def _change(*row: object) -> Change | None:
    amount, unit, reserved = row
    if amount is None:
        return None
    return Change(Quantity(amount, str(unit)), reserved)  # type: ignore[arg-type]


def _repaired(drift: Drift) -> Audited:
    kept, counted = drift.kept and drift.kept._asdict(), drift.counted and drift.counted._asdict()
    return Audited("balance", "/".join(flat(drift.place)), kept, counted)


def _row(counted: Change) -> tuple[object, ...]:
    return counted.quantity.value, counted.quantity.unit, counted.reserved
