"""Receipts and shipments: where the lots of a trace came from and went to."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from services.kit.graph import Quantity
from services.mes.domain.passage import Receipt, Shipment

if TYPE_CHECKING:
    from services.mes.graph.entities import Lot

LazyLot = Annotated["Lot", strawberry.lazy("services.mes.graph.entities")]


@strawberry.type(description="A lot came from a supplier.")
class LotReceipt:
    """Where the genealogy of a plant begins."""

    lot: LazyLot
    supplier: str
    supplier_lot: str
    manufacturer: str
    country_of_origin: str
    purchase_order_no: str
    quantity: Quantity
    received_at: datetime

    @classmethod
    def of(cls, receipt: Receipt, lot: "Lot") -> Self:
        """Wrap a domain receipt of that lot."""
        return cls(
            lot=lot,
            supplier=receipt.supplier,
            supplier_lot=receipt.supplier_lot,
            manufacturer=receipt.manufacturer,
            country_of_origin=receipt.country,
            purchase_order_no=receipt.purchase_order_no,
            quantity=Quantity.of(receipt.quantity),
            received_at=receipt.received_at,
        )


@strawberry.type(description="Some of a lot left for a customer.")
class LotShipment:
    """Where it ends."""

    lot: LazyLot
    shipment_no: str
    customer: str
    sales_order_no: str
    quantity: Quantity
    shipped_at: datetime

    @classmethod
    def of(cls, shipment: Shipment, lot: "Lot") -> Self:
        """Wrap a domain shipment of that lot."""
        return cls(
            lot=lot,
            shipment_no=shipment.shipment_no,
            customer=shipment.customer,
            sales_order_no=shipment.sales_order_no,
            quantity=Quantity.of(shipment.quantity),
            shipped_at=shipment.shipped_at,
        )
