"""Pallets, boxes and whatever else is packed."""

from datetime import datetime
from typing import Self

import strawberry

from services.wms.domain.handling_unit import State
from services.wms.graph.stock import StockBalance
from services.wms.ports import PackedUnit

strawberry.enum(State, name="HandlingUnitState", description="Where a unit is on its way.")


@strawberry.type(description="A pallet, a box or whatever else is packed.")
class HandlingUnit:
    """By its SSCC, which is its own all over the world."""

    sscc: str = strawberry.field(description="18 digits with their check digit.")
    plant: str
    location: str | None = strawberry.field(description="Null is the plant's default location.")
    type: str = strawberry.field(description="Package code of Recommendation 21.")
    parent: str | None = strawberry.field(description="SSCC of the unit it is nested in.")
    state: State
    delivery_no: str | None
    contents: list[StockBalance] = strawberry.field(
        description="What is in it, or was when it went to a customer."
    )
    as_of: datetime

    @classmethod
    def of(cls, packed: PackedUnit) -> Self:
        """Wrap a unit with its contents."""
        unit = packed.unit
        return cls(
            sscc=unit.sscc,
            plant=unit.plant,
            location=unit.location or None,
            type=unit.type,
            parent=unit.parent or None,
            state=unit.state,
            delivery_no=unit.delivery_no or None,
            contents=[StockBalance.of(one) for one in packed.contents],
            as_of=unit.as_of,
        )
