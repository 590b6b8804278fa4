"""Goods movements for production orders: what is booked, and what is refused in SAP's words.

A document is booked whole or not at all. There is no key on the reference: the same document twice
is two.
"""

from collections import defaultdict
from decimal import Decimal

import orders
from mocksap import db, store
from mocksap.odata import SapError, to_db_value
from mocksap.schema import ENTITY_TYPES, S

_HEADER, _ITEM = "A_MaterialDocumentHeader", "A_MaterialDocumentItem"
_TO_ITEMS = "to_MaterialDocumentItem"
PROPERTIES = {
    _HEADER: [
        S("MaterialDocumentHeaderText", max_length=25),
        S("GoodsMovementCode", max_length=2),
    ],
    _ITEM: [
        S("StorageLocation", max_length=4),
        S("Batch", max_length=10),
        S("InventoryUsabilityCode", max_length=1),
        S("ManufacturingOrder", max_length=12),
        S("ManufacturingOrderItem", max_length=4),
        S("GoodsMovementRefDocType", max_length=1),
        S("GoodsMovementReasonCode", max_length=4),
        S("MaterialDocumentItemText", max_length=50),
        S("ReferenceDocumentFiscalYear", max_length=4),
        S("InvtryMgmtReferenceDocument", max_length=10),
        S("InvtryMgmtRefDocumentItem", max_length=4),
    ],
}
_UNDONE_BY = {"101": "102", "261": "262", "262": "261", "531": "532"}
_CODES = {"101": "02", "102": "02", "261": "03", "262": "03", "531": "05", "532": "05"}
_OPEN_FROM = "2026-01"


def post(ctx, et, payload):
    """A POST to A_MaterialDocumentHeader."""
    date = to_db_value(et.prop("PostingDate"), payload.get("PostingDate"))
    if not date or date[:7] < _OPEN_FROM:
        raise SapError(
            f"Posting only possible in periods {_OPEN_FROM} and later in company code 1710",
            400,
            code="M7/053",
        )
    items = payload.get(_TO_ITEMS) or []
    items = items if isinstance(items, list) else items["results"]
    if not items:
        raise SapError("Document does not contain any items", 400, code="M7/064")
    for item in items:
        _check(ctx, payload, item)
    received = _received(ctx, items)
    number = db.next_number(ctx.conn, "MATERIALDOCUMENT", 10)
    keys = {"MaterialDocument": number, "MaterialDocumentYear": date[:4]}
    numbered = [item | {"MaterialDocumentItem": f"{n:04}"} for n, item in enumerate(items, 1)]
    store.insert(ctx.conn, et, payload | keys | {_TO_ITEMS: numbered}, user=ctx.user)
    for order, total in received:
        orders.deliver(ctx, order, total)
    return keys


def _check(ctx, header, item):
    kind, material = item.get("GoodsMovementType", ""), item.get("Material", "")
    if _CODES.get(kind) != header.get("GoodsMovementCode"):
        raise SapError(f"Movement type {kind} is not allowed here", 400, code="M7/096")
    if store.get(ctx.conn, ENTITY_TYPES["A_Product"], {"Product": material}) is None:
        raise SapError(f"The material {material} does not exist", 400, code="M3/305")
    if item.get("InvtryMgmtReferenceDocument"):
        _check_reversal(ctx, item)
    else:
        orders.order_of(ctx, item.get("ManufacturingOrder", ""))


def _check_reversal(ctx, item):
    names = ("InvtryMgmtReferenceDocument", "ReferenceDocumentFiscalYear")
    number, year = (item.get(name, "") for name in names)
    line = item.get("InvtryMgmtRefDocumentItem", "")
    keys = {
        "MaterialDocument": number,
        "MaterialDocumentYear": year,
        "MaterialDocumentItem": line,
    }
    first = store.get(ctx.conn, ENTITY_TYPES[_ITEM], keys)
    if first is None or _UNDONE_BY.get(first["GoodsMovementType"]) != item["GoodsMovementType"]:
        raise SapError(f"Document {number} cannot be reversed so", 400, code="M7/034")
    if item["GoodsMovementType"] in ("261", "262"):
        # Issues and returns may go on for ever; nothing says that one is the end of another.
        return
    where = " AND ".join(f'"{name}" = ?' for name in (*names, "InvtryMgmtRefDocumentItem"))
    if store.query(ctx.conn, ENTITY_TYPES[_ITEM], where, (number, year, line)):
        raise SapError(f"Document {number} has already been reversed", 400, code="M7/122")


def _received(ctx, items):
    """Orders, and how much of each is there with these items; more than planned is refused."""
    more = defaultdict(Decimal)
    for item in items:
        sign = {"101": 1, "102": -1}.get(item["GoodsMovementType"], 0)
        more[item["ManufacturingOrder"]] += sign * Decimal(item["QuantityInEntryUnit"])
    found = []
    for number, amount in more.items():
        order = store.get(ctx.conn, orders.ORDER, {"ManufacturingOrder": number})
        rows = store.query(ctx.conn, ENTITY_TYPES[_ITEM], '"ManufacturingOrder" = ?', (number,))
        there = sum(
            Decimal(row["QuantityInEntryUnit"]) * {"101": 1, "102": -1}[row["GoodsMovementType"]]
            for row in rows
            if row["GoodsMovementType"] in ("101", "102")
        )
        if amount > 0 and there + amount > Decimal(order["TotalQuantity"]):
            excess = there + amount - Decimal(order["TotalQuantity"])
            unit = order["ProductionUnit"]
            raise SapError(f"PU Ordered quantity exceeded by {excess} {unit}", 400, code="M7/022")
        found.append((order, there + amount))
    return found
