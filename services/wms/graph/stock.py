"""How much is at one place."""

from datetime import datetime
from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.wms.domain.place import Status
from services.wms.domain.stock import Balance

strawberry.enum(Status, name="StockStatus", description="What may be done with stock.")


@strawberry.type(description="How much of a lot is at a location in a status; never nothing.")
class StockBalance:
    """Below zero only where a plant lets issues run ahead of receipts."""

    item_no: str
    lot_no: str | None = strawberry.field(description="Null where the item is not kept in lots.")
    location: str | None = strawberry.field(description="Null is the plant's default location.")
    status: Status
    quantity: Quantity
    as_of: datetime = strawberry.field(description="When it last changed.")

    @classmethod
    def of(cls, balance: Balance) -> Self:
        """Wrap a domain balance."""
        place = balance.place
        return cls(
            item_no=place.lot.item_no,
            lot_no=place.lot.lot_no or None,
            location=place.location or None,
            status=place.status,
            quantity=Quantity.of(balance.quantity),
            as_of=balance.as_of,
        )
