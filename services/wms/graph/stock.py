"""How much is at one place."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from services.kit.graph import Quantity
from services.kit.ids import GraphId, join_key
from services.kit.quantity import Quantity as Amount
from services.wms.domain.place import Status
from services.wms.domain.stock import Balance

if TYPE_CHECKING:
    from services.wms.graph.entities import Lot

strawberry.enum(Status, name="StockStatus", description="What may be done with stock.")


@strawberry.type(description="How much of a lot is at a location in a status; never nothing.")
class StockBalance:
    """Below zero only where a plant lets issues run ahead of receipts."""

    item_no: str
    lot_no: str | None = strawberry.field(description="Null where the item is not kept in lots.")
    location: str | None = strawberry.field(description="Null is the plant's default location.")
    status: Status
    owner: str | None = strawberry.field(description="Party on consignment; null: our own.")
    handling_unit: str | None = strawberry.field(description="SSCC; null: it lies loose.")
    quantity: Quantity
    reserved: Quantity | None = strawberry.field(description="Promised; null: nothing.")
    as_of: datetime = strawberry.field(description="When it last changed.")
    balance: strawberry.Private[Balance]

    @strawberry.field(description="The lot; null where the item is not kept in lots.")
    def lot(
        self,
    ) -> Annotated["Lot", strawberry.lazy("services.wms.graph.entities")] | None:
        """By its key alone."""
        from services.wms.graph.entities import Lot

        plant, item_no, lot_no = self.balance.place.lot
        if not lot_no:
            return None
        return Lot.enter(GraphId("Lot", plant, join_key(item_no, lot_no)))

    @classmethod
    def of(cls, balance: Balance) -> Self:
        """Wrap a domain balance."""
        place, reserved = balance.place, None
        if balance.reserved:
            reserved = Quantity.of(Amount(balance.reserved, balance.quantity.unit))
        return cls(
            item_no=place.lot.item_no,
            lot_no=place.lot.lot_no or None,
            location=place.location or None,
            status=place.status,
            owner=place.owner or None,
            handling_unit=place.hu or None,
            quantity=Quantity.of(balance.quantity),
            reserved=reserved,
            as_of=balance.as_of,
            balance=balance,
        )
