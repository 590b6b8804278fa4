"""What a hold is placed on where no lots are named."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from services.quality.domain import scope

if TYPE_CHECKING:
    from services.quality.graph.entities import Order


@strawberry.type(description="Every lot that an order makes.")
class OrderScope:
    """Those it is still to make too."""

    order: Annotated["Order", strawberry.lazy("services.quality.graph.entities")]


@strawberry.type(description="Every lot of an item that came into being on these days.")
class ItemScope:
    """By the clock where it was reported."""

    item_no: str
    first_day: date
    last_day: date | None = strawberry.field(description="Null while no end is known.")


@strawberry.type(description="Every lot made on a piece of equipment, or a part of it.")
class EquipmentScope:
    """For some time of the range."""

    equipment: str = strawberry.field(description="PLANT/AREA/LINE/CELL.")
    starts_at: datetime
    ends_at: datetime | None = strawberry.field(
        description="Itself not in the range; null while no end is known."
    )


@strawberry.type(description="Every lot received under a number of its supplier's own.")
class SupplierLotScope:
    """Or of its maker's."""

    party: str = strawberry.field(description="Party id of the supplier, or of the manufacturer.")
    supplier_lot: str


HoldScope = Annotated[
    OrderScope | ItemScope | EquipmentScope | SupplierLotScope,
    strawberry.union("HoldScope", description="What lots have in common that a hold is placed on."),
]


def show_scope(found: scope.Scope | None, order_of: Callable[[str], "Order"]) -> "HoldScope | None":
    """Wrap a domain scope."""
    match found:
        case None:
            return None
        case scope.OrderScope(order_no):
            return OrderScope(order=order_of(order_no))
        case scope.ItemScope(item_no, first, last):
            return ItemScope(item_no=item_no, first_day=first, last_day=last)
        case scope.EquipmentScope(equipment, start, end):
            ends_at = end.moment if end else None
            return EquipmentScope(equipment=equipment, starts_at=start.moment, ends_at=ends_at)
        case scope.SupplierLotScope(party, supplier_lot):
            return SupplierLotScope(party=party, supplier_lot=supplier_lot)
