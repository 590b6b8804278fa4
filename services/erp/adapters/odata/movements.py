"""Goods movements: what each kind of posting is to the ERP, and how its document is filled in.

Movement types: 101 receipt for an order, 261 issue to it, 262 back from it, 531 by-product of it;
102 and 532 take receipts back. Source: S/4HANA, inventory management.
"""

import base64
import hashlib
from dataclasses import dataclass

from services.erp.adapters.odata.shape import Form
from services.erp.adapters.odata.values import write_day
from services.erp.domain.document import LineDocument, PostingDocument
from services.erp.domain.posting import Kind

_BLOCKED = "S"
_FOR_PRODUCTION = "F"
_RECEIPTS = ("101", "102")


@dataclass(frozen=True, slots=True)
class Movement:
    """`code` is the transaction's, `kind` the movement type; `usability` "" = unrestricted."""

    code: str
    kind: str
    usability: str = ""


OF_KIND = {
    Kind.YIELD: Movement("02", "101"),
    Kind.CONSUMPTION: Movement("03", "261"),
    Kind.RETURN: Movement("03", "262"),
    # No movement without stock: what is scrapped arrives as blocked, and is scrapped from there.
    Kind.SCRAP: Movement("05", "531", _BLOCKED),
}
UNDOING = {
    "101": Movement("02", "102"),
    "261": Movement("03", "262"),
    "262": Movement("03", "261"),
    "531": Movement("05", "532", _BLOCKED),
}


def key_of(reference: str) -> str:
    """What a document bears of our reference: the field has 16 characters, in capitals.

    80 bits of a hash: among a thousand million documents two meet with a chance of 4 in ten
    million.
    """
    return base64.b32encode(hashlib.sha256(reference.encode()).digest())[:16].decode()


def fill_header(form: Form, posting: PostingDocument, movement: Movement) -> None:
    """Our key and the day; raises StoppedError where something does not fit in."""
    form.need("ReferenceDocument", key_of(posting.reference), "reference")
    day = write_day(posting.business_date)
    form.paper |= {"PostingDate": day, "DocumentDate": day}
    form.offer("GoodsMovementCode", movement.code, "kind")
    form.remark("MaterialDocumentHeaderText", posting.reference)


def fill_item(form: Form, posting: PostingDocument, movement: Movement) -> None:
    """Whose movement it is; an ERP without production orders books for purchase orders."""
    order = "ManufacturingOrder" if "ManufacturingOrder" in form else "PurchaseOrder"
    form.need(order, posting.order_no, "order.order_no")
    form.need("GoodsMovementType", movement.kind, "kind")
    form.remark("MaterialDocumentItemText", posting.reference)
    if movement.usability:
        form.need("InventoryUsabilityCode", movement.usability, "kind")
    if movement.kind in _RECEIPTS:
        form.offer("ManufacturingOrderItem", "0001", "order.order_no")
        form.offer("GoodsMovementRefDocType", _FOR_PRODUCTION, "kind")


def fill_line(form: Form, line: LineDocument, at: str) -> None:
    """What is moved; an ERP without batches is not told of the lot."""
    form.need("Material", line.item_no, f"{at}.item_no")
    form.offer("Batch", line.lot_no, f"{at}.lot_no")
    form.count("QuantityInEntryUnit", line.amount, f"{at}.quantity.value")
    form.need("EntryUnit", line.unit, f"{at}.quantity.unit")
    form.offer("GoodsMovementReasonCode", line.reason, f"{at}.reason")
