"""Where the genealogy of a plant begins and ends: receipts and shipments of lots."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.kit.quantity import Quantity
from services.mes.domain.keys import LotKey


@dataclass(frozen=True, slots=True)
class Receipt:
    """A lot came from a supplier; `event_id` is the operation that reported it."""

    lot: LotKey
    quantity: Quantity
    received_at: datetime
    event_id: str
    supplier: str = ""
    supplier_lot: str = ""
    manufacturer: str = ""
    country: str = ""
    purchase_order_no: str = ""


@dataclass(frozen=True, slots=True)
class Shipment:
    """Some of a lot left for a customer, who is not told where that is `withheld`."""

    lot: LotKey
    quantity: Quantity
    shipped_at: datetime
    event_id: str
    shipment_no: str = ""
    customer: str = ""
    sales_order_no: str = ""
    withheld: bool = False

    def told(self, *, customer: bool) -> "Shipment":
        """With its customer, or without."""
        return self if customer else replace(self, customer="", withheld=True)
