"""Lots and the holds on them in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    Select,
    bindparam,
    cast,
    exists,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql

from services.kit.audit import saved, saw
from services.kit.clock import Clock
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.mes.domain.hold import Block, Hold, Restraint
from services.mes.domain.keys import LotKey
from services.mes.domain.lot import Lot, Sought
from services.mes.domain.lot_state import CAN_EXPIRE, LotDisposition, LotQuality
from services.mes.store import tables as t

KEY = (t.lot.c.plant, t.lot.c.item_no, t.lot.c.lot_no)
_PASSAGES = {"purchase_order_no": t.lot_receipt, "sales_order_no": t.lot_shipment}


class SqlLots:
    """ports.Lots; two queries a batch: lots, then holds as they are once the lots are locked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def get(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Those that are known."""
        if not keys:
            return {}
        return {lot.key: lot for lot in await _load(select(t.lot).where(t.among(KEY, keys)))}

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Known from now on, and locked in the order of their keys."""
        if not keys:
            return {}
        new = {"order_no": "", "unit": "", "as_of": self._clock.now()}
        await t.rows(
            postgresql.insert(t.lot)
            .values([{**key._asdict(), **new} for key in sorted(keys)])
            .on_conflict_do_nothing()
            .returning(t.lot.c.id)
        )
        query = select(t.lot).where(t.among(KEY, keys)).order_by(*KEY)
        found = {lot.key: lot for lot in await _load(query.with_for_update(key_share=True))}
        for key, lot in found.items():
            saw("lot", str(key), _facts(lot))
        return found

    async def page(self, plant: str, page: Page, sought: Sought) -> Sequence[Lot]:
        """By item and lot number."""
        wanted = [_has(name, number) for name, number in sought._asdict().items() if number]
        query = select(t.lot).where(t.lot.c.plant == plant, *wanted)
        if page.after:
            query = query.where(tuple_(*KEY[1:]) > page.after)
        return await _load(query.order_by(*KEY[1:]).limit(page.limit))

    async def save(self, lots: Collection[Lot]) -> None:
        """All but the key and the holds."""
        for lot in lots:
            lot.version += 1
            saved("lot", str(lot.key), _facts(lot))
        statement = (
            update(t.lot)
            .where(*(column == bindparam(f"of_{column.name}") for column in KEY))
            .values({name: bindparam(f"new_{name}") for name in _CHANGING})
        )
        await t.write(statement, [_row(lot) for lot in lots])

    async def due(self, now: datetime, limit: int) -> Sequence[LotKey]:
        """By the index of those that can expire."""
        open_to_it = [one.value for one in CAN_EXPIRE]
        query = select(*KEY).where(t.lot.c.expiry_at <= now, t.lot.c.quality.in_(open_to_it))
        found = await t.rows(query.order_by(t.lot.c.expiry_at).limit(limit))
        return [LotKey._make(row) for row in found]

    async def inherited(self) -> Sequence[Hold]:
        """By the index of those that were passed on."""
        rows = await current_work().sql(
            "SELECT l.plant, l.item_no, l.lot_no, h.hold_no, h.version, s.plant, s.item_no,"
            " s.lot_no, h.blocks FROM lot_hold h JOIN lot l ON l.id = h.lot_id JOIN lot s ON s.id ="
            " h.source_id WHERE h.active ORDER BY 1, 2, 3, 4"
        )
        return [read_hold(row) for row in rows]

    async def hold(self, holds: Sequence[Hold]) -> None:
        """The highest version stays, within the batch too."""
        latest: dict[tuple[LotKey, str], Hold] = {}
        for hold in sorted(holds, key=lambda hold: hold.version):
            latest[hold.lot, hold.hold_no] = hold
        chosen = [latest[key] for key in sorted(latest)]
        await current_work().sql(
            "INSERT INTO lot_hold AS h (lot_id, hold_no, version, active, source_id, blocks)"
            " SELECT l.id, n.hold_no, n.version, n.active, s.id, string_to_array(n.blocks, ',')"
            " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[],"
            " %s::boolean[], %s::text[], %s::text[], %s::text[], %s::text[]) AS n(plant, item_no,"
            " lot_no, hold_no, version, active, blocks, from_plant, from_item, from_lot)"
            " JOIN lot l USING (plant, item_no, lot_no)"
            " LEFT JOIN lot s ON (s.plant, s.item_no, s.lot_no) = (from_plant, from_item, from_lot)"
            " ON CONFLICT (lot_id, hold_no) DO UPDATE SET version = excluded.version,"
            " active = excluded.active, source_id = excluded.source_id, blocks = excluded.blocks"
            " WHERE h.version < excluded.version",
            (
                [hold.lot.plant for hold in chosen],
                [hold.lot.item_no for hold in chosen],
                [hold.lot.lot_no for hold in chosen],
                [hold.hold_no for hold in chosen],
                [hold.version for hold in chosen],
                [hold.active for hold in chosen],
                [",".join(sorted(hold.blocks)) for hold in chosen],
                *([hold.source and hold.source[part] for hold in chosen] for part in range(3)),
            ),
        )


def _has(name: str, number: str) -> ColumnElement[bool]:
    """A number of its own, or one that it was received or shipped under."""
    if name in t.lot.c:
        return t.lot.c[name] == number
    passed = _PASSAGES[name]
    return exists().where(
        passed.c.lot_id == t.lot.c.id,
        passed.c.plant == t.lot.c.plant,
        passed.c[name] == number,
        ~passed.c.void,
    )


async def _load(query: Select[Any]) -> list[Lot]:
    found = await t.rows(query)
    holds: defaultdict[int, dict[str, Restraint]] = defaultdict(dict)
    active = select(t.lot_hold).where(
        t.lot_hold.c.lot_id == func.any(cast([row.id for row in found], ARRAY(BigInteger))),
        t.lot_hold.c.active,
    )
    for row in await t.rows(active):
        holds[row.lot_id][row.hold_no] = Restraint(row.version, _blocks(row.blocks))
    return [_lot(row, holds[row.id]) for row in found]


def read_hold(row: Sequence[Any]) -> Hold:
    """Of a lot, passed on by another: its keys, number and version, the other's, what it blocks."""
    lot, source = LotKey(*row[:3]), LotKey(*row[5:8])
    return Hold(row[3], lot, active=True, version=row[4], source=source, blocks=_blocks(row[8]))


def _blocks(names: Iterable[str]) -> frozenset[Block]:
    return frozenset(map(Block, names))


def _lot(row: Row[Any], holds: dict[str, Restraint]) -> Lot:
    def amount(value: Decimal | None) -> Quantity | None:
        return None if value is None else Quantity(value, row.unit)

    return Lot(
        key=LotKey(row.plant, row.item_no, row.lot_no),
        as_of=row.as_of,
        order_no=row.order_no,
        unit=row.unit,
        produced=amount(row.produced),
        produced_at=row.produced_at,
        holds=holds,
        supplied=amount(row.supplied),
        spent=amount(row.spent),
        expiry_at=row.expiry_at,
        country=row.country,
        supplier_lot=row.supplier_lot,
        manufacturer=row.manufacturer,
        attributes=row.attributes,
        quality=LotQuality(row.quality),
        disposition=LotDisposition(row.disposition),
        version=row.version,
        judged=row.judged,
    )


_CHANGING = (
    "order_no",
    "unit",
    "produced",
    "produced_at",
    "as_of",
    "supplied",
    "spent",
    "expiry_at",
    "country",
    "supplier_lot",
    "manufacturer",
    "attributes",
    "quality",
    "disposition",
    "version",
    "judged",
)


def _row(lot: Lot) -> dict[str, Any]:
    key = {f"of_{name}": value for name, value in lot.key._asdict().items()}
    return key | {f"new_{name}": value for name, value in _facts(lot).items()}


def _facts(lot: Lot) -> dict[str, Any]:
    return {name: _plain(getattr(lot, name)) for name in _CHANGING}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Quantity | StrEnum) else value
