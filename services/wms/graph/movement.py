"""Movements of stock, as they were recorded."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from services.kit.graph import Quantity
from services.wms.domain import movement as domain
from services.wms.domain.keys import OrderKey
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import MovementType

if TYPE_CHECKING:
    from services.wms.graph.entities import Lot, Order

strawberry.enum(MovementType, description="What a movement does; see docs/movements.md.")
LazyLot = Annotated["Lot", strawberry.lazy("services.wms.graph.entities")]
LazyOrder = Annotated["Order", strawberry.lazy("services.wms.graph.entities")]


@strawberry.type(description="One side of a movement.")
class StockPlace:
    """Parts are null where they say nothing: no lot, the default location, our own, loose."""

    plant: str
    item_no: str
    lot_no: str | None
    location: str | None
    status: Status
    owner: str | None
    handling_unit: str | None

    @classmethod
    def of(cls, place: Place) -> Self:
        """Wrap a domain place."""
        return cls(
            plant=place.lot.plant,
            item_no=place.lot.item_no,
            lot_no=place.lot.lot_no or None,
            location=place.location or None,
            status=place.status,
            owner=place.owner or None,
            handling_unit=place.hu or None,
        )


@strawberry.type(description="A movement of stock; none is changed or deleted.")
class StockMovement:
    """By its reference, unique within the plant."""

    reference: str
    type: MovementType
    place: StockPlace = strawberry.field(description="It takes from here, or puts here.")
    to: StockPlace | None = strawberry.field(
        description="Where it puts what it takes; null where it has one side, or takes one back."
    )
    quantity: Quantity = strawberry.field(description="In the item's base unit.")
    given: Quantity | None = strawberry.field(
        description="As it was asked for, where that was in another unit; see docs/adr/0025."
    )
    lot: LazyLot | None = strawberry.field(description="Null where the item is not kept in lots.")
    order: LazyOrder | None = strawberry.field(description="Null where none is named.")
    delivery_no: str | None
    reverses: str | None = strawberry.field(description="The reference that it takes back.")
    reason: str | None
    occurred_at: datetime

    @classmethod
    def of(cls, one: domain.Movement) -> Self:
        """Wrap a domain movement."""
        from services.wms.graph.entities import Lot, Order

        other = None if one.reverses else one.effect.there
        return cls(
            reference=one.reference.text,
            type=one.type,
            place=StockPlace.of(one.place),
            to=StockPlace.of(other) if other else None,
            quantity=Quantity.of(one.quantity),
            given=Quantity.of(one.given) if one.given else None,
            lot=Lot.by(one.lot),
            order=Order.by(OrderKey(one.lot.plant, one.order_no)),
            delivery_no=one.delivery_no or None,
            reverses=one.reverses or None,
            reason=one.reason or None,
            occurred_at=one.occurred_at.moment,
        )
