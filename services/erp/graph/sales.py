"""What the ERP says of a sales order: who wants what by when, and which lots are for it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from services.erp.domain import commercial, sales_state
from services.erp.domain.keys import LotKey
from services.erp.domain.order import Extent
from services.erp.graph.trade import OrderDue, OrderPrice
from services.kit.graph import Quantity

if TYPE_CHECKING:
    from services.erp.graph.entities import Lot, SalesOrder

strawberry.enum(
    sales_state.Selling, name="SalesOrderLifecycle", description="How far it is agreed."
)
LotOf = Callable[[LotKey], "Lot"]


@strawberry.type(description="So much of a lot is meant for the line.")
class SalesLineLot:
    """As the ERP says it."""

    lot_no: str
    lot: Annotated["Lot", strawberry.lazy("services.erp.graph.entities")]
    quantity: Quantity


@strawberry.type(description="So much of a lot is meant for a line of a sales order.")
class LotAllocation:
    """The same, seen from the lot."""

    sales_order: Annotated["SalesOrder", strawberry.lazy("services.erp.graph.entities")]
    line_no: int
    quantity: Quantity


@strawberry.type(description="An item that the customer wants.")
class SalesOrderLine:
    """Customer's parts are null where the order says that they are withheld."""

    line_no: int
    item_no: str
    quantity: Quantity
    requested: date | None = strawberry.field(description="The first day that some is wanted.")
    promised: date | None = strawberry.field(description="The day by which all that is promised.")
    schedule: list[OrderDue]
    customer_item: str | None
    ship_to: str | None
    price: OrderPrice | None
    allocated: Quantity = strawberry.field(description="All of its lots together.")
    allocations: list[SalesLineLot]
    closed: bool = strawberry.field(description="Nothing more goes.")

    @classmethod
    def of(cls, plant: str, line: commercial.Line, lot_of: LotOf, *, shown: bool) -> Self:
        """Wrap a line."""
        return cls(
            line_no=line.line_no,
            item_no=line.item_no,
            quantity=Quantity.of(line.quantity),
            requested=line.requested,
            promised=line.promised,
            schedule=[OrderDue.of(due) for due in line.schedule],
            customer_item=(shown and line.partner_item) or None,
            ship_to=(shown and line.ship_to) or None,
            price=OrderPrice.of(line.price) if shown else None,
            allocated=Quantity.of(line.allocated),
            allocations=[
                SalesLineLot(
                    lot_no=one.lot_no,
                    lot=lot_of(LotKey(plant, line.item_no, one.lot_no)),
                    quantity=Quantity.of(one.quantity),
                )
                for one in line.allocations
            ],
            closed=line.closed,
        )


@strawberry.type(
    description="What the ERP says of a sales order, as last read from it. Without the right to see"
    " prices and customers `withheld` is true and they are null."
)
class SalesOrderCommercial:
    """The statuses stand side by side: ERPs carry several at once."""

    withheld: bool
    plant: str
    order_no: str
    customer: str | None
    customer_reference: str | None = strawberry.field(description="The customer's own number.")
    currency: str | None = strawberry.field(description="ISO 4217, of the prices.")
    ordered_on: date | None
    lifecycle: sales_state.Selling
    delivery: Extent
    invoicing: Extent
    delivery_blocked: bool
    credit_blocked: bool
    allocated: Extent = strawberry.field(description="How much of what is open has its lots.")
    lines: list[SalesOrderLine]
    system: str = strawberry.field(description="The ERP that owns the order.")
    as_of: datetime = strawberry.field(description="When the ERP last changed it.")

    @classmethod
    def of(cls, order: commercial.CommercialOrder, lot_of: LotOf, *, shown: bool) -> Self:
        """Wrap a domain order."""
        status, plant = order.status, order.key.plant
        assert isinstance(status, sales_state.SalesStatus)
        return cls(
            withheld=not shown,
            plant=plant,
            order_no=order.key.order_no,
            customer=order.partner if shown else None,
            customer_reference=(shown and order.reference) or None,
            currency=(shown and order.currency) or None,
            ordered_on=order.ordered_on,
            lifecycle=status.lifecycle,
            delivery=status.delivery,
            invoicing=status.invoicing,
            delivery_blocked=status.delivery_blocked,
            credit_blocked=status.credit_blocked,
            allocated=order.allocated,
            lines=[SalesOrderLine.of(plant, line, lot_of, shown=shown) for line in order.lines],
            system=order.system,
            as_of=order.as_of,
        )
