"""What the ERP says of a purchase order: what a supplier is to bring, and how far it is."""

from datetime import date, datetime
from typing import Self

import strawberry

from services.erp.domain import commercial, purchase_state
from services.erp.domain.order import Extent
from services.erp.graph.trade import OrderDue, OrderPrice
from services.kit.graph import Quantity

strawberry.enum(
    purchase_state.Buying,
    name="PurchaseOrderLifecycle",
    description="How far it is on its way to its end.",
)
strawberry.enum(
    purchase_state.Acknowledged,
    name="PurchaseOrderAcknowledgement",
    description="What the supplier answered.",
)


@strawberry.type(description="An item that the supplier is to bring.")
class PurchaseOrderLine:
    """Its price is null where the order says that it is withheld."""

    line_no: int
    item_no: str
    quantity: Quantity
    requested: date | None = strawberry.field(description="The first day that some is wanted.")
    promised: date | None = strawberry.field(description="The day by which all that is promised.")
    schedule: list[OrderDue]
    supplier_item: str | None
    ship_to: str | None = strawberry.field(description="Our location; null: the plant.")
    price: OrderPrice | None
    closed: bool = strawberry.field(description="Nothing more comes.")

    @classmethod
    def of(cls, line: commercial.Line, *, shown: bool) -> Self:
        """Wrap a line."""
        return cls(
            line_no=line.line_no,
            item_no=line.item_no,
            quantity=Quantity.of(line.quantity),
            requested=line.requested,
            promised=line.promised,
            schedule=[OrderDue.of(due) for due in line.schedule],
            supplier_item=line.partner_item or None,
            ship_to=line.ship_to or None,
            price=OrderPrice.of(line.price) if shown else None,
            closed=line.closed,
        )


@strawberry.type(
    description="What the ERP says of a purchase order, as last read from it. Without the right to"
    " see prices `withheld` is true and they are null."
)
class PurchaseOrderCommercial:
    """The statuses stand side by side: ERPs carry several at once."""

    withheld: bool
    plant: str
    po_no: str
    supplier: str
    supplier_reference: str | None = strawberry.field(description="The supplier's own number.")
    currency: str | None = strawberry.field(description="ISO 4217, of the prices.")
    ordered_on: date | None
    lifecycle: purchase_state.Buying
    acknowledgement: purchase_state.Acknowledged
    shipment: Extent
    receipt: Extent
    lines: list[PurchaseOrderLine]
    system: str = strawberry.field(description="The ERP that owns the order.")
    as_of: datetime = strawberry.field(description="When the ERP last changed it.")

    @classmethod
    def of(cls, order: commercial.CommercialOrder, *, shown: bool) -> Self:
        """Wrap a domain order."""
        status = order.status
        assert isinstance(status, purchase_state.PurchaseStatus)
        return cls(
            withheld=not shown,
            plant=order.key.plant,
            po_no=order.key.order_no,
            supplier=order.partner,
            supplier_reference=order.reference or None,
            currency=(shown and order.currency) or None,
            ordered_on=order.ordered_on,
            lifecycle=status.lifecycle,
            acknowledgement=status.acknowledgement,
            shipment=status.shipment,
            receipt=status.receipt,
            lines=[PurchaseOrderLine.of(line, shown=shown) for line in order.lines],
            system=order.system,
            as_of=order.as_of,
        )
