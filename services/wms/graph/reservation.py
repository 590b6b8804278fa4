"""Stock that is promised to an order or a delivery."""

from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.kit.quantity import Quantity as Amount
from services.wms.domain.demand import Reservation as Promise
from services.wms.domain.demand import State

strawberry.enum(State, name="ReservationState", description="How far a reservation is.")


@strawberry.type(description="What is promised at one place.")
class ReservedPart:
    """Of a reservation."""

    lot_no: str | None
    location: str | None
    open: Quantity = strawberry.field(description="Still promised.")
    consumed: Quantity = strawberry.field(description="Issued.")


@strawberry.type(description="Stock that is promised to an order or a delivery.")
class Reservation:
    """By its number, unique within the plant."""

    reservation_no: str
    order_no: str | None
    delivery_no: str | None = strawberry.field(description='Delivery and line, "80001/10".')
    item_no: str
    quantity: Quantity = strawberry.field(description="In the item's base unit.")
    given: Quantity | None = strawberry.field(
        description="As it was asked for, where that was in another unit."
    )
    state: State
    parts: list[ReservedPart]

    @classmethod
    def of(cls, one: Promise) -> Self:
        """Wrap a domain reservation."""
        order, unit = one.order, one.order.quantity.unit
        return cls(
            reservation_no=order.key.no,
            order_no=order.demand.order_no or None,
            delivery_no=order.demand.delivery_no or None,
            item_no=order.item_no,
            quantity=Quantity.of(order.quantity),
            given=Quantity.of(order.given) if order.given else None,
            state=one.state,
            parts=[
                ReservedPart(
                    lot_no=place.lot.lot_no or None,
                    location=place.location or None,
                    open=Quantity.of(Amount(part.open, unit)),
                    consumed=Quantity.of(Amount(part.consumed, unit)),
                )
                for place, part in sorted(one.parts.items())
            ],
        )
