"""A bill of material as the graph shows it, and what applies to an item on a day."""

from datetime import date
from decimal import Decimal
from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.reference.application.find_effective import Effective
from services.reference.domain import bill
from services.reference.graph.routing import Routing

strawberry.enum(bill.Use, name="BomUse", description="Source: B2MML MaterialUse.")


@strawberry.type(description="A line of a bill of material.")
class BomLine:
    """In the order of the bill."""

    position: int
    component_item_no: str
    quantity: Quantity
    scrap_percent: Decimal | None = strawberry.field(description="Lost on the way.")
    operation_sequence: int | None = strawberry.field(description="Null: the routing's first.")
    use: bill.Use
    backflush: bool
    phantom: bool
    substitutes: list[str] = strawberry.field(description="Item numbers, first choice first.")

    @classmethod
    def of(cls, one: bill.BillLine) -> Self:
        """Wrap a domain line."""
        return cls(
            position=one.position,
            component_item_no=one.component_item_no,
            quantity=Quantity.of(one.quantity),
            scrap_percent=Decimal(one.scrap_percent) if one.scrap_percent else None,
            operation_sequence=one.operation_sequence or None,
            use=one.use,
            backflush=one.backflush,
            phantom=one.phantom,
            substitutes=list(one.substitutes),
        )


@strawberry.type(description="What making an item at a plant consumes.")
class Bom:
    """One revision of one alternative."""

    plant: str
    item_no: str
    alternative: str
    revision: str
    base_quantity: Quantity = strawberry.field(description="The lines make so much.")
    lines: list[BomLine]
    valid_from: date | None = strawberry.field(description="The first day; null: always so far.")
    valid_to: date | None = strawberry.field(description="The first day on which it ended.")
    eco_no: str | None = strawberry.field(description="The engineering change that brought it.")

    @classmethod
    def of(cls, one: bill.Bill) -> Self:
        """Wrap a domain bill."""
        return cls(
            plant=one.plant,
            item_no=one.item_no,
            alternative=one.alternative,
            revision=one.revision,
            base_quantity=Quantity.of(one.base_quantity),
            lines=[BomLine.of(line) for line in one.lines],
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            eco_no=one.eco_no or None,
        )


@strawberry.type(description="What applies to an item at a plant on a day.")
class EffectiveMasterData:
    """Parts are null where nothing applies."""

    bom: Bom | None
    routing: Routing | None
    revision: str | None = strawberry.field(description="Of the item, as its changes have it.")

    @classmethod
    def of(cls, found: Effective) -> Self:
        """Wrap what the look-up found."""
        return cls(
            bom=Bom.of(found.bill) if found.bill else None,
            routing=Routing.of(found.routing) if found.routing else None,
            revision=found.revision or None,
        )
