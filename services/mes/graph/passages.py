"""Receipts and shipments: where lots came from and went to."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

import strawberry

from services.kit.graph import Quantity
from services.mes import policy
from services.mes.domain.passage import Receipt, Shipment
from services.mes.graph.elsewhere import Party
from services.mes.graph.lazy import LazyLot, LazyPurchaseOrder, LazySalesOrder

if TYPE_CHECKING:
    from services.mes.graph.entities import Lot, PurchaseOrder, SalesOrder


@strawberry.type(description="A lot came from a supplier.")
class LotReceipt:
    """Where the genealogy of a plant begins. Parties are named, and known to master data."""

    lot: LazyLot
    supplier: str = strawberry.field(description="Party id, or empty.")
    supplier_party: Party | None = strawberry.field(description="Null where none is named.")
    supplier_lot: str
    manufacturer: str = strawberry.field(description="Party id, or empty.")
    manufacturer_party: Party | None = strawberry.field(description="Null where none is named.")
    country_of_origin: str
    purchase_order_no: str
    purchase_order: LazyPurchaseOrder | None = strawberry.field(
        description="Null where none is named."
    )
    quantity: Quantity
    received_at: datetime

    @classmethod
    def of(cls, receipt: Receipt, lot: "Lot", order: "PurchaseOrder | None") -> Self:
        """Wrap a domain receipt by its lot and the order that it is for, if one is named."""
        return cls(
            lot=lot,
            supplier=receipt.supplier,
            supplier_party=Party.by(receipt.supplier),
            supplier_lot=receipt.supplier_lot,
            manufacturer=receipt.manufacturer,
            manufacturer_party=Party.by(receipt.manufacturer),
            country_of_origin=receipt.country,
            purchase_order_no=receipt.purchase_order_no,
            purchase_order=order,
            quantity=Quantity.of(receipt.quantity),
            received_at=receipt.received_at,
        )


@strawberry.type(
    description="Some of a lot left for a customer. Without the right to know who that is"
    " `withheld` is true, the customer empty and their party null."
)
class LotShipment:
    """Where it ends. The customer is named, and known to master data."""

    withheld: bool
    lot: LazyLot
    shipment_no: str
    customer: str = strawberry.field(description="Party id, or empty.")
    customer_party: Party | None = strawberry.field(description="Null where none is named.")
    sales_order_no: str
    sales_order: LazySalesOrder | None = strawberry.field(description="Null where none is named.")
    quantity: Quantity
    shipped_at: datetime

    @classmethod
    def of(cls, shipment: Shipment, lot: "Lot", order: "SalesOrder | None") -> Self:
        """The same of a domain shipment, as who asks may see it."""
        shipment = shipment.told(customer=policy.may_know_customers())
        return cls(
            withheld=shipment.withheld,
            lot=lot,
            shipment_no=shipment.shipment_no,
            customer=shipment.customer,
            customer_party=Party.by(shipment.customer),
            sales_order_no=shipment.sales_order_no,
            sales_order=order,
            quantity=Quantity.of(shipment.quantity),
            shipped_at=shipment.shipped_at,
        )
