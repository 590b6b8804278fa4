"""Pallets, boxes and whatever else is packed."""

from collections.abc import Collection
from datetime import datetime
from typing import Self

import strawberry

from services.kit.access.policy import may_enter
from services.kit.errors import DomainError, InvalidError
from services.kit.graph import batch_reference, reading, referenced
from services.kit.ids import EVERYWHERE, GraphId
from services.wms import policy
from services.wms.application.read_units import look_up_units
from services.wms.domain.handling_unit import State
from services.wms.domain.sscc import check_sscc
from services.wms.graph.context import Asked
from services.wms.graph.stock import StockBalance
from services.wms.ports import PackedUnit

strawberry.enum(State, name="HandlingUnitState", description="Where a unit is on its way.")


@strawberry.federation.type(keys=["id"], description="A pallet, a box or whatever else is packed.")
class HandlingUnit:
    """By its SSCC, which is its own all over the world."""

    id: strawberry.ID
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
            id=strawberry.ID(GraphId("HandlingUnit", EVERYWHERE, unit.sscc).encode()),
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

    @classmethod
    async def find(cls, info: Asked, ssccs: Collection[str]) -> dict[str, Self]:
        """Those that exist in plants that the caller may see, in one load."""
        principal = policy.may_read([], "")
        async with reading(info) as books:
            found = await look_up_units(books, ssccs)
        return {
            sscc: cls.of(one) for sscc, one in found.items() if may_enter(principal, one.unit.plant)
        }

    @batch_reference
    async def resolve_many(
        cls,  # noqa: N805
        info: Asked,
        ids: list[str],
    ) -> list[Self | DomainError | None]:
        """One load for all; null where nobody may tell of it."""
        asked = referenced(ids, "HandlingUnit", _enter)
        found = await cls.find(info, {one for one in asked if isinstance(one, str)})
        return [found.get(one) if isinstance(one, str) else one for one in asked]


def _enter(named: GraphId) -> str:
    policy.may_read([], "")
    check_sscc(named.key, "id")
    if named.plant != EVERYWHERE:
        raise InvalidError("not an id of this graph", code="bad_id", field="id")
    return named.key
