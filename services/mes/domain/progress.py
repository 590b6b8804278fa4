"""What each operation of an order has reported, and what the next one may."""

from dataclasses import dataclass

from services.kit.errors import ConflictError, InvalidError
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Confirmation
from services.mes.domain.plan import Control, Plan


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one operation, in the order's unit; `good` is its output, wherever that goes."""

    good: Quantity
    scrap: Quantity
    rework: Quantity

    @property
    def told(self) -> tuple[Quantity, Quantity, Quantity]:
        """Good, scrap, rework."""
        return self.good, self.scrap, self.rework

    @classmethod
    def none(cls, unit: str) -> "Progress":
        """Before the first report."""
        zero = Quantity.zero(unit)
        return cls(zero, zero, zero)

    @property
    def total(self) -> Quantity:
        """What went through it."""
        return self.good + self.scrap + self.rework

    def add(self, report: Confirmation) -> "Progress":
        """With a report; a reversing one takes off."""
        return Progress(
            self.good + report.output,
            self.scrap + report.scrapped,
            self.rework + report.rework,
        )


Steps = dict[int, Progress]
"""Of each operation of the routing."""


def check_sequence(plan: Plan, steps: Steps, operation: int, cause: str) -> None:
    """Raises InvalidError naming `cause` when more went through than the one before handed on."""
    before, limit = _handed_on(plan, steps, operation)
    if limit is not None and not steps[operation].total <= limit:
        raise InvalidError(
            f"{steps[operation].total} at operation {operation}, but {before} handed on {limit}",
            code="exceeds_previous_operation",
            field=cause,
            hint=f"report the yield of operation {before} first, or correct the count",
        )


def check_taken_back(plan: Plan, steps: Steps, operation: int) -> None:
    """Raises ConflictError when a later operation went on with what is taken back."""
    for later in plan.operations:
        before, limit = _handed_on(plan, steps, later.sequence)
        if before == operation and limit is not None and not steps[later.sequence].total <= limit:
            raise ConflictError(
                f"operation {later.sequence} went on with {steps[later.sequence].total}",
                code="needed_by_next_operation",
                field="reverses.confirmation_no",
                hint=f"reverse what operation {later.sequence} reported first",
            )


def _handed_on(plan: Plan, steps: Steps, operation: int) -> tuple[int, Quantity | None]:
    """The operation before and its yield; None where nothing is to be compared."""
    controls = {one.sequence: one.control for one in plan.operations}
    earlier = [n for n in controls if n < operation and controls[n] is not Control.UNREPORTED]
    if not earlier or controls.get(operation) in (Control.MILESTONE, Control.UNREPORTED):
        return 0, None
    before = earlier[-1]
    good = steps[before].good
    reported = good.value or controls[before] is Control.CONFIRM
    return before, good if reported else None
