"""What the ERP says of an order: what is wanted by when, and its statuses."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from services.erp.domain import order as domain
from services.erp.domain.keys import CommercialKey, Trade
from services.kit.graph import Quantity

if TYPE_CHECKING:
    from services.erp.graph.entities import SalesOrder

strawberry.enum(
    domain.Lifecycle, name="ErpLifecycle", description="How far the ERP has let the order go."
)
strawberry.enum(
    domain.Extent,
    name="ErpExtent",
    description="How much of the order is delivered, as the ERP sees it.",
)
strawberry.enum(
    domain.Confirmed,
    name="ErpConfirmation",
    description="How far the order is reported, as the ERP sees it.",
)
_WAS = {
    domain.Confirmed.NONE: domain.Extent.NONE,
    domain.Confirmed.PARTIAL: domain.Extent.PARTIAL,
    domain.Confirmed.FINAL: domain.Extent.FULL,
}


@strawberry.type(description="A material that the order is planned to consume.")
class OrderComponent:
    """A line of the order's bill of material."""

    position: int
    item_no: str
    quantity: Quantity


@strawberry.type(description="What the ERP plans and says of an order, as last read from it.")
class OrderCommercial:
    """The statuses stand side by side: ERPs carry several at once."""

    plant: str
    order_no: str
    item_no: str
    quantity: Quantity
    due_start: datetime | None
    due_end: datetime | None
    lifecycle: domain.Lifecycle
    confirmation: domain.Extent = strawberry.field(
        deprecation_reason="FULL cannot tell that nothing more comes; read confirmed."
    )
    confirmed: domain.Confirmed
    delivery: domain.Extent
    technically_complete: bool
    material_shortage: bool
    quality_hold: bool = strawberry.field(
        description="The ERP's own flag; holds in force are quality's to say."
    )
    components: list[OrderComponent]
    sales_order: Annotated["SalesOrder", strawberry.lazy("services.erp.graph.entities")] | None = (
        strawberry.field(description="What it is made for; null: for stock.")
    )
    sales_line_no: int | None = strawberry.field(
        description="Null where it is for stock, or for the sales order as a whole."
    )
    system: str = strawberry.field(description="The ERP that owns the order.")
    as_of: datetime = strawberry.field(description="When the ERP last changed it.")

    @classmethod
    def of(
        cls, order: domain.ProductionOrder, sales_order_of: Callable[[CommercialKey], "SalesOrder"]
    ) -> Self:
        """Wrap a domain order."""
        status, made_for = order.status, order.sales_line
        return cls(
            plant=order.key.plant,
            order_no=order.key.order_no,
            item_no=order.item_no,
            quantity=Quantity.of(order.quantity),
            due_start=order.due_start,
            due_end=order.due_end,
            lifecycle=status.lifecycle,
            confirmation=_WAS[status.confirmation],
            confirmed=status.confirmation,
            delivery=status.delivery,
            technically_complete=status.technically_complete,
            material_shortage=status.material_shortage,
            quality_hold=status.quality_hold,
            components=[
                OrderComponent(
                    position=part.position,
                    item_no=part.item_no,
                    quantity=Quantity.of(part.quantity),
                )
                for part in order.components
            ],
            sales_order=sales_order_of(
                CommercialKey(Trade.SALES, order.key.plant, made_for.order_no)
            )
            if made_for
            else None,
            sales_line_no=(made_for and made_for.line_no) or None,
            system=order.system,
            as_of=order.as_of,
        )
