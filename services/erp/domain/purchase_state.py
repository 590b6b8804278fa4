"""The axes of a purchase order, each a machine of its own; domain-model 3.5 has them in one list.

The ERP owns its orders: it says where they stand, here nobody commands them.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.erp.domain.order import Extent
from services.erp.domain.order_state import extent_axis
from services.kit.machine import Machine


class Buying(StrEnum):
    """How far our order is on its way to its end."""

    CREATED = "created"
    SENT = "sent"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class BuyingCommand(StrEnum):
    """What an ERP does with it."""

    SEND = "send"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"


class Acknowledged(StrEnum):
    """What the supplier answered."""

    NONE = "none"
    ACKNOWLEDGED = "acknowledged"
    PARTIAL = "partial"
    CHANGED = "changed"
    REJECTED = "rejected"


class AnswerCommand(StrEnum):
    """What the supplier does with it; FORGET = the ERP waits for an answer again."""

    ACCEPT = "accept"
    ACCEPT_PART = "accept_part"
    ACCEPT_CHANGED = "accept_changed"
    REJECT = "reject"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class PurchaseStatus:
    """Everything the ERP says of a purchase order at once."""

    lifecycle: Buying = Buying.CREATED
    acknowledgement: Acknowledged = Acknowledged.NONE
    shipment: Extent = Extent.NONE
    receipt: Extent = Extent.NONE


_NOUN = "purchase order"
_SOURCE = "domain-model 3.5"

PURCHASE_LIFECYCLE = Machine(
    name="erp.purchase_order_lifecycle",
    noun=_NOUN,
    start=Buying.CREATED,
    next={
        Buying.CREATED: {
            BuyingCommand.SEND: Buying.SENT,
            BuyingCommand.CANCEL: Buying.CANCELLED,
        },
        Buying.SENT: {
            BuyingCommand.WITHDRAW: Buying.CREATED,
            BuyingCommand.CLOSE: Buying.CLOSED,
            BuyingCommand.CANCEL: Buying.CANCELLED,
        },
        Buying.CLOSED: {BuyingCommand.REOPEN: Buying.SENT},
        Buying.CANCELLED: {BuyingCommand.REOPEN: Buying.SENT},
    },
    columns=("SAP PurchasingProcessingStatus (k)", "Tryton purchase.state", "X12"),
    called={
        Buying.CREATED: ("01, 03, 04", "draft, quotation", ""),
        Buying.SENT: ("02, 05", "confirmed, processing", "850"),
        Buying.CLOSED: ("", "done", ""),
        Buying.CANCELLED: ("08", "cancelled", ""),
    },
    proto="plantmesh.erp.v1.PurchaseOrderLifecycle",
    graph="PurchaseOrderLifecycle",
    source=_SOURCE,
)

_ANSWERS = {
    AnswerCommand.ACCEPT: Acknowledged.ACKNOWLEDGED,
    AnswerCommand.ACCEPT_PART: Acknowledged.PARTIAL,
    AnswerCommand.ACCEPT_CHANGED: Acknowledged.CHANGED,
    AnswerCommand.REJECT: Acknowledged.REJECTED,
}
_AGAIN = {**_ANSWERS, AnswerCommand.FORGET: Acknowledged.NONE}

PURCHASE_ACKNOWLEDGEMENT = Machine(
    name="erp.purchase_order_acknowledgement",
    noun=_NOUN,
    start=Acknowledged.NONE,
    next={
        Acknowledged.NONE: _ANSWERS,
        Acknowledged.ACKNOWLEDGED: _AGAIN,
        Acknowledged.PARTIAL: _AGAIN,
        Acknowledged.CHANGED: _AGAIN,
        Acknowledged.REJECTED: _AGAIN,
    },
    columns=("X12 855 ACK01",),
    called={
        Acknowledged.NONE: ("",),
        Acknowledged.ACKNOWLEDGED: ("IA",),
        Acknowledged.PARTIAL: ("",),
        Acknowledged.CHANGED: ("IQ, DR",),
        Acknowledged.REJECTED: ("IR",),
    },
    proto="plantmesh.erp.v1.PurchaseOrderAcknowledgement",
    graph="PurchaseOrderAcknowledgement",
    source=_SOURCE,
)

PURCHASE_SHIPMENT = extent_axis("erp.purchase_order_shipment", _NOUN, _SOURCE)
PURCHASE_RECEIPT = extent_axis(
    "erp.purchase_order_receipt",
    _NOUN,
    _SOURCE,
    Tryton={
        Extent.NONE: "none, waiting",
        Extent.PARTIAL: "partially shipped",
        Extent.FULL: "received",
    },
)
