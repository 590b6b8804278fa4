"""How much is at one place."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from services.kit.graph import Quantity, batch_field
from services.kit.quantity import Quantity as Amount
from services.wms.domain.place import Status
from services.wms.domain.stock import Balance
from services.wms.graph.context import Asked
from services.wms.graph.elsewhere import Item, Party

if TYPE_CHECKING:
    from services.wms.graph.entities import Lot
    from services.wms.graph.handling_unit import HandlingUnit

strawberry.enum(Status, name="StockStatus", description="What may be done with stock.")


@strawberry.type(description="How much of a lot is at a location in a status; never nothing.")
class StockBalance:
    """Below zero only where a plant lets issues run ahead of receipts."""

    item_no: str
    item: Item | None = strawberry.field(description="Null where master data do not know it.")
    lot_no: str | None = strawberry.field(description="Null where the item is not kept in lots.")
    location: str | None = strawberry.field(description="Null is the plant's default location.")
    status: Status
    owner: str | None = strawberry.field(description="Party on consignment; null: our own.")
    owner_party: Party | None = strawberry.field(description="Null: our own.")
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

        return Lot.by(self.balance.place.lot)

    @batch_field(description="The unit it is packed in; null: it lies loose.")
    async def packed_in(
        self, info: Asked, balances: list[Self]
    ) -> list[
        Annotated["HandlingUnit", strawberry.lazy("services.wms.graph.handling_unit")] | None
    ]:
        """One load for all balances of this level."""
        from services.wms.graph.handling_unit import HandlingUnit

        ssccs = {one.handling_unit for one in balances if one.handling_unit}
        found = await HandlingUnit.find(info, ssccs) if ssccs else {}
        return [found.get(one.handling_unit or "") for one in balances]

    @classmethod
    def of(cls, balance: Balance) -> Self:
        """Wrap a domain balance."""
        place, reserved = balance.place, None
        if balance.reserved:
            reserved = Quantity.of(Amount(balance.reserved, balance.quantity.unit))
        return cls(
            item_no=place.lot.item_no,
            item=Item.of(place.lot.item_no),
            lot_no=place.lot.lot_no or None,
            location=place.location or None,
            status=place.status,
            owner=place.owner or None,
            owner_party=Party.by(place.owner),
            handling_unit=place.hu or None,
            quantity=Quantity.of(balance.quantity),
            reserved=reserved,
            as_of=balance.as_of,
            balance=balance,
        )
