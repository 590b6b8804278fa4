"""The axes of a sales order, each a machine of its own: an ERP is on all of them at once.

The ERP owns its orders: it says where they stand, here nobody commands them.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.erp.domain.order import Extent
from services.erp.domain.order_state import extent_axis
from services.kit.machine import Machine


class Selling(StrEnum):
    """How far a customer's order is agreed."""

    CREATED = "created"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SellingCommand(StrEnum):
    """What an ERP does with it."""

    CONFIRM = "confirm"
    RECONSIDER = "reconsider"
    CLOSE = "close"
    REOPEN = "reopen"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class SalesStatus:
    """Everything the ERP says of a sales order at once."""

    lifecycle: Selling = Selling.CREATED
    delivery: Extent = Extent.NONE
    invoicing: Extent = Extent.NONE
    delivery_blocked: bool = False
    credit_blocked: bool = False


_NOUN = "sales order"
_SOURCE = "API_SALES_ORDER_SRV; states of Tryton 8.2's sale"

SALES_LIFECYCLE = Machine(
    name="erp.sales_order_lifecycle",
    noun=_NOUN,
    start=Selling.CREATED,
    next={
        Selling.CREATED: {
            SellingCommand.CONFIRM: Selling.CONFIRMED,
            SellingCommand.CANCEL: Selling.CANCELLED,
        },
        Selling.CONFIRMED: {
            SellingCommand.RECONSIDER: Selling.CREATED,
            SellingCommand.CLOSE: Selling.CLOSED,
            SellingCommand.CANCEL: Selling.CANCELLED,
        },
        Selling.CLOSED: {SellingCommand.REOPEN: Selling.CONFIRMED},
        Selling.CANCELLED: {SellingCommand.REOPEN: Selling.CONFIRMED},
    },
    columns=("SAP OverallSDProcessStatus", "Tryton sale.state"),
    called={
        Selling.CREATED: ("", "draft, quotation"),
        Selling.CONFIRMED: ("A, B", "confirmed, processing"),
        Selling.CLOSED: ("C", "done"),
        Selling.CANCELLED: ("", "cancelled"),
    },
    proto="plantmesh.erp.v1.SalesOrderLifecycle",
    graph="SalesOrderLifecycle",
    source=_SOURCE,
)

SALES_DELIVERY = extent_axis(
    "erp.sales_order_delivery",
    _NOUN,
    _SOURCE,
    OverallDeliveryStatus={Extent.NONE: "A", Extent.PARTIAL: "B", Extent.FULL: "C"},
    Tryton={
        Extent.NONE: "none, waiting",
        Extent.PARTIAL: "partially shipped",
        Extent.FULL: "sent",
    },
)
SALES_INVOICING = extent_axis("erp.sales_order_invoicing", _NOUN, _SOURCE)
