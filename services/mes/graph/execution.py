"""How far the floor is with an order."""

from datetime import datetime
from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.order import Confirmed, Delivered, WorkOrder
from services.mes.domain.plan import Control, Operation

strawberry.enum(
    Lifecycle, name="OrderLifecycle", description="Where an order stands on the shop floor."
)
strawberry.enum(Confirmed, name="ConfirmationExtent", description="How far the floor has reported.")
strawberry.enum(
    Delivered, name="DeliveryExtent", description="How much of what was ordered is made."
)

strawberry.enum(
    Control,
    name="OperationControl",
    description="What the routing's control key says of reporting an operation.",
)


@strawberry.type(description="A step of the routing.")
class OrderOperation:
    """As planned, and what the floor reported of it."""

    sequence: int
    segment: str
    work_center: str
    ended: bool
    control: Control
    output: Quantity = strawberry.field(description="Handed on; of the last one, delivered.")
    scrapped: Quantity
    rework: Quantity

    @classmethod
    def of(cls, order: WorkOrder, operation: Operation) -> Self:
        """Wrap an operation and what was reported of it."""
        step = order.steps[operation.sequence]
        return cls(
            sequence=operation.sequence,
            segment=operation.segment,
            work_center=operation.work_center,
            ended=operation.sequence in order.ended,
            control=operation.control,
            output=Quantity.of(step.good),
            scrapped=Quantity.of(step.scrap),
            rework=Quantity.of(step.rework),
        )


@strawberry.type(description="A work order in execution; quantities share the unit of `ordered`.")
class OrderExecution:
    """The statuses stand side by side: ERPs carry several at once, and so do we."""

    lifecycle: Lifecycle
    confirmation: Confirmed
    delivery: Delivered
    ordered: Quantity
    produced: Quantity = strawberry.field(description="Yield so far, whatever quality makes of it.")
    scrapped: Quantity
    rework: Quantity
    operations: list[OrderOperation]
    last_confirmation_no: int = strawberry.field(description="Gap-free within the order, 0 = none.")
    as_of: datetime

    @classmethod
    def of(cls, order: WorkOrder) -> Self:
        """Wrap a domain order."""
        return cls(
            lifecycle=order.lifecycle,
            confirmation=order.confirmed,
            delivery=order.delivered,
            ordered=Quantity.of(order.plan.ordered),
            produced=Quantity.of(order.good),
            scrapped=Quantity.of(order.scrap),
            rework=Quantity.of(order.rework),
            operations=[OrderOperation.of(order, one) for one in order.plan.operations],
            last_confirmation_no=order.last_no,
            as_of=order.as_of,
        )
