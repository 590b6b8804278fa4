"""What became of a part of an inspection lot."""

from datetime import datetime
from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.quality.domain import disposition as domain
from services.quality.domain.inspection import Inspection

strawberry.enum(
    domain.Outcome, name="DispositionOutcome", description="What is to become of a part."
)


@strawberry.type(description="A decision on one part of what an inspection holds.")
class Disposition:
    """Unique by inspection and split."""

    inspection_no: str
    split_no: int
    outcome: domain.Outcome
    quantity: Quantity = strawberry.field(description="In the unit of the inspection.")
    given: Quantity | None = strawberry.field(
        description="As it was told, where that was in another unit; see docs/adr/0025."
    )
    reason: str | None
    decided_by: str
    decided_at: datetime

    @classmethod
    def all_of(cls, inspection: Inspection) -> list[Self]:
        """By split."""
        return [
            cls(
                inspection_no=inspection.no,
                split_no=part.split_no,
                outcome=part.outcome,
                quantity=Quantity.of(part.quantity),
                given=Quantity.of(part.given) if part.given else None,
                reason=part.reason or None,
                decided_by=part.by,
                decided_at=part.at,
            )
            for _, part in sorted(inspection.dispositions.items())
        ]
