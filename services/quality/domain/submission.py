"""Output that quality is told of, once per source."""

from dataclasses import dataclass

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.quality.domain.keys import InspectionKey, LotKey
from services.quality.domain.sameness import require_same


@dataclass(frozen=True, slots=True)
class Submission:
    """A yield of a lot; `source` is unique and names what it comes from."""

    source: str
    lot: LotKey
    order_no: str
    quantity: Quantity

    @property
    def key(self) -> InspectionKey:
        """What is inspected, if anything is."""
        return InspectionKey(*self.lot, self.order_no)

    def check(self) -> None:
        """Raises InvalidError naming the field."""
        if self.quantity.value <= 0:
            raise InvalidError(
                "there is nothing to inspect", code="not_positive", field="quantity.value"
            )

    def require_same(self, other: "Submission") -> None:
        """Raises ConflictError naming the first field in which `other` differs."""
        require_same(
            self,
            other,
            what=f"{self.source}",
            code="submission_differs",
            hint="give every submission a source of its own",
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether inspection was due, by the item master's `item_version`; it stays so.

    `inspection_no` is "" where it was not.
    """

    submission: Submission
    inspection_no: str
    item_version: int

    @property
    def required(self) -> bool:
        """Whether an inspection has it."""
        return bool(self.inspection_no)
