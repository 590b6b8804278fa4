"""The quality part of orders and lots; inspections and holds lead back to them."""

from datetime import datetime
from typing import Self

import strawberry

from services.kit.access.policy import may_enter
from services.kit.access.principal import current_principal
from services.kit.graph import Entity, Quantity, batch_field, reading
from services.kit.ids import GraphId, join_key, split_key
from services.quality import policy
from services.quality.application import find
from services.quality.domain import hold, inspection, lifecycle
from services.quality.domain.keys import LotKey, OrderKey
from services.quality.domain.status import LotStatus
from services.quality.graph.context import Asked
from services.quality.graph.disposition import Disposition
from services.quality.graph.scope import HoldScope, show_scope

strawberry.enum(lifecycle.State, name="InspectionState", description="Where an inspection stands.")
strawberry.enum(
    hold.State, name="HoldState", description="How far a hold, or its lifting, has come."
)
strawberry.enum(hold.Block, name="HoldBlock", description="What a hold stops.")
strawberry.enum(LotStatus, name="LotQualityStatus", description="What quality says of a lot.")


@strawberry.type(description="The inspection of a lot as one order made it.")
class Inspection:
    """Quantities share the unit of the first submission."""

    inspection_no: str
    lot: "Lot"
    order: "Order | None" = strawberry.field(description="Null for a lot that no order made.")
    state: lifecycle.State
    submitted: Quantity
    undecided: Quantity = strawberry.field(description="What waits for a disposition.")
    dispositions: list[Disposition]
    measured: int = strawberry.field(description="Points that were measured.")
    failed: int
    as_of: datetime

    @classmethod
    def of(cls, one: inspection.Inspection) -> Self:
        """Wrap a domain inspection."""
        return cls(
            inspection_no=one.no,
            lot=Lot.of(one.lot),
            order=Order.of(one.key.order) if one.key.order_no else None,
            state=one.state,
            submitted=Quantity.of(one.submitted),
            undecided=Quantity.of(one.undecided),
            dispositions=Disposition.all_of(one),
            measured=one.measured,
            failed=one.failed,
            as_of=one.as_of,
        )


@strawberry.type(description="An order of quality that lots may not be used; see its state.")
class Hold:
    """Those that were made of its lots are covered too."""

    hold_no: str
    state: hold.State
    blocks: list[hold.Block] = strawberry.field(description="What it stops; none: everything.")
    reason: str
    placed_by: str
    placed_at: datetime
    covered: int = strawberry.field(description="Lots it covers, descendants included.")
    release_reason: str | None
    released_by: str | None
    released_at: datetime | None
    as_of: datetime
    scope: HoldScope | None = strawberry.field(
        description="What lots have in common that it was placed on; null where lots were named."
    )
    roots: strawberry.Private[tuple[LotKey, ...]]

    @strawberry.field(description="Seconds since it was placed, to its release once there is one.")
    def age(self, info: Asked) -> int:
        """By the service's clock."""
        end = self.released_at or info.context["books"].clock.now()
        return int((end - self.placed_at).total_seconds())

    @strawberry.field(description="The lots it was placed on; none where it has a scope.")
    def lots(self, first: int = 50) -> list["Lot"] | None:
        """By item and number, as far as who asks may see them: a hold may reach other plants."""
        seen = [key for key in self.roots if may_enter(current_principal(), key.plant)]
        return [Lot.of(key) for key in seen[:first]]

    @classmethod
    def of(cls, one: hold.Hold) -> Self:
        """Wrap a domain hold."""
        end = one.release
        return cls(
            hold_no=one.no,
            state=one.state,
            blocks=list(one.order.blocks),
            reason=one.order.reason,
            placed_by=one.placed_by,
            placed_at=one.placed_at,
            covered=one.covered,
            release_reason=end.reason if end else None,
            released_by=end.by if end else None,
            released_at=end.at if end else None,
            as_of=one.as_of,
            scope=show_scope(one.order.scope, lambda no: Order.of(OrderKey(one.order.plant, no))),
            roots=one.order.lots,
        )


@strawberry.type(description="What quality says of a lot, and what that follows from.")
class LotQuality:
    """Derived at the moment of reading."""

    status: LotStatus
    inspections: list[Inspection]
    dispositions: list[Disposition]
    holds: list[Hold] = strawberry.field(description="Those not lifted.")
    as_of: datetime

    @classmethod
    def of(cls, found: find.LotQuality, now: datetime) -> Self | None:
        """None of a lot that quality was never told of."""
        if not (found.inspections or found.holds) and found.status is LotStatus.CREATED:
            return None
        return cls(
            status=found.status,
            inspections=[Inspection.of(one) for one in found.inspections],
            dispositions=[part for one in found.inspections for part in Disposition.all_of(one)],
            holds=[Hold.of(one) for one in found.holds],
            as_of=now,
        )


@strawberry.federation.type(keys=["id"], description="A production order of a plant.")
class Order(Entity):
    """Every id that decodes is an order here; of an unknown one there is nothing to tell."""

    id: strawberry.ID
    key: strawberry.Private[OrderKey]

    @classmethod
    def of(cls, key: OrderKey) -> Self:
        """The order of this key."""
        return cls(id=cls.id_of(*key), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The order that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls.of(OrderKey(named.plant, named.key))

    @batch_field(description="Of the lots it made, oldest first.")
    async def inspections(self, info: Asked, orders: list[Self]) -> list[list[Inspection] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await find.inspections_of_orders(books, {one.key for one in orders})
        return [[Inspection.of(one) for one in found[order.key]] for order in orders]

    @batch_field(description="Those not lifted on any lot it made.")
    async def holds(self, info: Asked, orders: list[Self]) -> list[list[Hold] | None]:
        """One load for all orders of this level."""
        async with reading(info) as books:
            found = await find.holds_of_orders(books, {one.key for one in orders})
        return [[Hold.of(one) for one in found[order.key]] for order in orders]


@strawberry.federation.type(keys=["id"], description="A material lot: unique within its item.")
class Lot(Entity):
    """Every id that decodes is a lot here; what quality was never told of has a null part."""

    id: strawberry.ID
    key: strawberry.Private[LotKey]

    @classmethod
    def of(cls, key: LotKey) -> Self:
        """The lot of this key."""
        return cls(id=cls.id_of(key.plant, join_key(key.item_no, key.lot_no)), key=key)

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """The lot that an id names, for those who may see its plant."""
        policy.may_read([named.plant], "id")
        return cls.of(LotKey(named.plant, *split_key(named.key, 2)))

    @batch_field(description="Null where quality was never told of it.")
    async def quality(self, info: Asked, lots: list[Self]) -> list[LotQuality | None]:
        """One load for all lots of this level."""
        keys = list(dict.fromkeys(one.key for one in lots))
        async with reading(info) as books:
            found = {one.lot: one for one in await find.lot_quality(books, keys)}
            now = books.clock.now()
        return [LotQuality.of(found[one.key], now) for one in lots]
