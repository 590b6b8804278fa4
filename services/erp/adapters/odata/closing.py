"""Completing an order technically: our word in its text and the step itself, both or neither."""

import msgspec

from services.erp.adapters.odata.batch import Ask
from services.erp.adapters.odata.orders import COMPLETED, SERVICE, SET, Order, Orders
from services.erp.adapters.odata.outcomes import StoppedError, rejected
from services.erp.adapters.odata.papers import told
from services.erp.adapters.odata.session import Session
from services.erp.adapters.odata.values import key
from services.erp.domain.document import PostingDocument
from services.kit.lanes.outcome import Unknown

_STEP = "TechlyCmpltOrder"


async def close(session: Session, posting: PostingDocument, plant: str) -> str:
    """The document's name; raises StoppedError, with Conflict where somebody changed the order."""
    number = posting.order_no
    order = await _read(session, number)
    if order is None or order.plant != plant:
        raise rejected(f"the ERP has no order {number}", "order.order_no", "unknown_order")
    if COMPLETED in order.words:
        raise rejected(f"order {number} is complete", "order.order_no", "order_closed")
    at = key(ManufacturingOrder=number)
    text = "\n".join(filter(None, [order.text, word(posting.reference)]))
    note = msgspec.json.encode({"OrderLongText": text})
    asks = [
        Ask("PATCH", f"{SET}{at}", note, {"If-Match": order.about.etag or "*"}),
        Ask("POST", f"{_STEP}?{at[1:-1]}", headers={"If-Match": "*"}),
    ]
    await session.change(SERVICE, asks)
    try:
        order = await _read(session, number)
    except StoppedError as stopped:
        raise StoppedError(Unknown("the ERP cannot tell what it closed")) from stopped
    if order is None or not closed_by(order, posting.reference):
        raise StoppedError(Unknown("the ERP answered that it closed, and did not"))
    return name_of(order)


def word(reference: str) -> str:
    """What we leave in an order's text."""
    return f"closed by {reference}"


def closed_by(order: Order, reference: str) -> bool:
    """Whether a posting of ours has closed it."""
    return COMPLETED in order.words and word(reference) in order.text.splitlines()


def name_of(order: Order) -> str:
    """The closing, as a document."""
    return f"{order.number}/{COMPLETED}"


async def _read(session: Session, number: str) -> Order | None:
    found = await Orders(session).one(number)
    return None if found is None else told(found, Order)
