"""Engineering changes: which revisions go and come."""

from datetime import date
from typing import Self

import strawberry

from services.reference.domain import change as domain
from services.reference.domain.change_state import ChangeState

strawberry.enum(
    ChangeState, name="EngineeringChangeState", description="Where an engineering change stands."
)
strawberry.enum(
    domain.StockDisposition, description="What becomes of stock of the revision that goes."
)


@strawberry.type(description="An item whose revision an engineering change moves on.")
class ChangedItem:
    """Of a change."""

    item_no: str
    from_revision: str | None = strawberry.field(description="Null for a new item.")
    to_revision: str
    disposition: domain.StockDisposition


@strawberry.type(description="An engineering change.")
class EngineeringChange:
    """By its number."""

    eco_no: str
    plant: str | None = strawberry.field(description="Null: everywhere.")
    title: str | None
    state: ChangeState
    affected: list[ChangedItem]
    effective_from: date | None = strawberry.field(description="The first day, if it has one.")
    effective_serial: str | None
    effective_lot: str | None

    @classmethod
    def of(cls, one: domain.EngineeringChange) -> Self:
        """Wrap a domain record."""
        return cls(
            eco_no=one.eco_no,
            plant=one.plant or None,
            title=one.title or None,
            state=one.state or ChangeState.DRAFT,
            affected=[
                ChangedItem(
                    item_no=part.item_no,
                    from_revision=part.from_revision or None,
                    to_revision=part.to_revision,
                    disposition=part.disposition,
                )
                for part in one.affected
            ],
            effective_from=one.effective_from,
            effective_serial=one.effective_serial or None,
            effective_lot=one.effective_lot or None,
        )
