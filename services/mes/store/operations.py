"""Operations on lots in PostgreSQL, with what they moved, received and shipped."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from services.kit.audit import made
from services.kit.errors import ConflictError
from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.mes.domain.handling import Entry, Handling
from services.mes.domain.keys import LotKey, ReportKey
from services.mes.domain.lot_operation import Receive, Ship
from services.mes.ports import Performed

_FIND = """
    SELECT o.plant, o.event_id, o.fingerprint, l.plant, l.item_no, l.lot_no, e.quantity, l.unit
    FROM unnest(%s::text[], %s::text[]) AS k(plant, event_id)
    JOIN lot_operation o USING (plant, event_id)
    LEFT JOIN lot_entry e USING (plant, event_id)
    LEFT JOIN lot l ON l.id = e.lot_id
    ORDER BY 1, 2, e.line
"""
_ADD = """
    INSERT INTO lot_operation (plant, event_id, kind, fingerprint, occurred_at, offset_minutes,
        equipment, reason)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
        %s::int[], %s::text[], %s::text[])
    ON CONFLICT DO NOTHING RETURNING plant, event_id
"""
_ENTER = """
    INSERT INTO lot_entry (plant, event_id, line, lot_id, quantity)
    SELECT k.plant, k.event_id, k.line, l.id, k.quantity
    FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::numeric[])
        AS k(plant, event_id, line, item_no, lot_no, quantity)
    JOIN lot l USING (plant, item_no, lot_no)
"""
_RECEIVE = """
    INSERT INTO lot_receipt (plant, event_id, lot_id, quantity, supplier, supplier_lot,
        manufacturer, country, purchase_order_no)
    SELECT k.plant, k.event_id, l.id, k.quantity, k.supplier, k.supplier_lot, k.manufacturer,
        k.country, k.purchase_order_no
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::text[])
        AS k(plant, event_id, item_no, lot_no, quantity, supplier, supplier_lot, manufacturer,
            country, purchase_order_no)
    JOIN lot l USING (plant, item_no, lot_no)
"""
_SHIP = """
    INSERT INTO lot_shipment (plant, event_id, lot_id, quantity, shipment_no, customer,
        sales_order_no)
    SELECT k.plant, k.event_id, l.id, k.quantity, k.shipment_no, k.customer, k.sales_order_no
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::text[],
        %s::text[], %s::text[])
        AS k(plant, event_id, item_no, lot_no, quantity, shipment_no, customer, sales_order_no)
    JOIN lot l USING (plant, item_no, lot_no)
"""
_VOID_RECEIPTS = """
    UPDATE lot_receipt r SET void = true FROM unnest(%s::text[], %s::text[]) AS k(plant, event_id)
    WHERE (r.plant, r.event_id) = (k.plant, k.event_id)
"""
_VOID_SHIPMENTS = """
    UPDATE lot_shipment r SET void = true FROM unnest(%s::text[], %s::text[]) AS k(plant, event_id)
    WHERE (r.plant, r.event_id) = (k.plant, k.event_id)
"""


class SqlOperations:
    """ports.Operations."""

    async def find(self, keys: Collection[ReportKey]) -> dict[ReportKey, Performed]:
        """With their entries, in their order."""
        found: dict[ReportKey, str] = {}
        entries: defaultdict[ReportKey, list[Entry]] = defaultdict(list)
        for row in await current_work().sql(_FIND, _columns(list(keys), 2)):
            key = ReportKey(*row[:2])
            found[key] = row[2]
            entries[key].append((LotKey(*row[3:6]), Quantity(row[6], row[7])))
        return {key: Performed(print, entries[key]) for key, print in found.items()}

    async def add(self, done: Sequence[Handling]) -> None:
        """A statement a table; the ids are free, or somebody took one this very moment."""
        work = current_work()
        rows = [_operation(one) for one in done]
        added = {ReportKey(*row) for row in await work.sql(_ADD, _columns(rows, 8))}
        for one in done:
            if one.operation.key not in added:
                raise ConflictError(
                    f"operation {one.operation.id} is being reported by somebody else",
                    code="operation_in_progress",
                    field="operations",
                    hint="ask again",
                )
            made("lot_operation", _name(one.operation.key), _audited(one))
        await work.sql(_ENTER, _columns([row for one in done for row in _entries(one)], 6))
        receipts = [row for one in done for row in _receipt(one)]
        if receipts:
            await work.sql(_RECEIVE, _columns(receipts, 10))
        shipments = [row for one in done for row in _shipment(one)]
        if shipments:
            await work.sql(_SHIP, _columns(shipments, 8))

    async def void(self, keys: Collection[ReportKey]) -> None:
        """Whichever they had."""
        columns = _columns(list(keys), 2)
        await current_work().sql(_VOID_RECEIPTS, columns)
        await current_work().sql(_VOID_SHIPMENTS, columns)


def _name(key: ReportKey) -> str:
    return f"{key.plant}/{key.id}"


def _audited(done: Handling) -> dict[str, Any]:
    """What moved, and the digest of all that was told: who it went to is not kept for ever."""
    one = done.operation
    return {
        "kind": one.kind,
        "lots": {str(lot): amount for lot, amount in done.entries},
        "occurred_at": one.occurred_at.moment,
        "equipment": one.equipment,
        "reason": one.reason,
        "fingerprint": one.fingerprint,
    }


def _operation(done: Handling) -> tuple[Any, ...]:
    one = done.operation
    at = one.occurred_at
    told = (at.moment, at.offset_minutes, one.equipment, one.reason)
    return (*one.key, one.kind, one.fingerprint, *told)


def _entries(done: Handling) -> Iterator[tuple[Any, ...]]:
    for line, (lot, amount) in enumerate(done.entries):
        yield *done.operation.key, line, lot.item_no, lot.lot_no, amount.value


def _receipt(done: Handling) -> Iterator[tuple[Any, ...]]:
    what = done.operation.what
    if isinstance(what, Receive):
        ((lot, amount),) = done.entries
        told = (what.supplier, what.supplier_lot, what.manufacturer, what.country)
        key = done.operation.key
        yield *key, lot.item_no, lot.lot_no, amount.value, *told, what.purchase_order_no


def _shipment(done: Handling) -> Iterator[tuple[Any, ...]]:
    what = done.operation.what
    if isinstance(what, Ship):
        ((lot, amount),) = done.entries
        told = (what.shipment_no, what.customer, what.sales_order_no)
        yield *done.operation.key, lot.item_no, lot.lot_no, -amount.value, *told


def _columns(rows: Sequence[Sequence[Any]], width: int) -> tuple[list[Any], ...]:
    return tuple([row[place] for row in rows] for place in range(width))
