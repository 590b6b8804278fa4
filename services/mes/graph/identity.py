"""What a lot is, as the floor knows it."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

import strawberry

from services.kit.graph import Quantity
from services.mes.domain import lot as domain
from services.mes.domain.lot_state import LotDisposition, LotQuality
from services.mes.graph.elsewhere import Item
from services.mes.graph.lazy import LazyOrder

if TYPE_CHECKING:
    from services.mes.graph.entities import Order

strawberry.enum(LotQuality, name="LotQualityStatus", description="What quality thinks of a lot.")
strawberry.enum(LotDisposition, description="What may be done with a lot (B2MML).")


@strawberry.type(description="What a lot is, and who made it.")
class LotIdentity:
    """Quality's opinion of it and what is left of it are told elsewhere."""

    plant: str
    item_no: str
    item: Item | None = strawberry.field(description="Null where master data do not know it.")
    lot_no: str
    order: LazyOrder | None = strawberry.field(description="Null for a lot that was bought.")
    produced: Quantity | None = strawberry.field(description="Its yield; null before the first.")
    produced_at: datetime | None
    on_hand: Quantity | None = strawberry.field(
        description="What is left by what was reported; null while nobody said where it came from."
    )
    expiry_at: datetime | None
    country_of_origin: str = strawberry.field(description="ISO 3166-1 alpha-2, or empty.")
    supplier_lot: str
    manufacturer: str
    quality: LotQuality = strawberry.field(description="CONSUMED while nothing is left.")
    disposition: LotDisposition
    as_of: datetime

    @classmethod
    def of(cls, lot: domain.Lot, order: "Order | None") -> Self:
        """Wrap a domain lot with the order that made it, if one did."""
        on_hand = lot.on_hand
        return cls(
            plant=lot.key.plant,
            item_no=lot.key.item_no,
            item=Item.of(lot.key.item_no),
            lot_no=lot.key.lot_no,
            order=order,
            produced=Quantity.of(lot.produced) if lot.produced else None,
            produced_at=lot.produced_at,
            on_hand=Quantity.of(on_hand) if on_hand else None,
            expiry_at=lot.expiry_at,
            country_of_origin=lot.country,
            supplier_lot=lot.supplier_lot,
            manufacturer=lot.manufacturer,
            quality=lot.status,
            disposition=lot.disposition,
            as_of=lot.as_of,
        )
