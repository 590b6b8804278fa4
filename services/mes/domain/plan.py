"""What the office wants made: the plan of a work order, a snapshot that running orders keep."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from services.kit.errors import ConflictError, InvalidError
from services.kit.quantity import Quantity
from services.mes.domain.keys import OrderKey

MOST_TOLERANCE = 10


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of the routing; `sequence` orders the steps."""

    sequence: int
    segment: str = ""
    work_center: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """What the order is planned to consume."""

    position: int
    item_no: str
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Plan:
    """One order as planned; `over_tolerance` is a fraction of `ordered` (0.1 = 10 %).

    Raises InvalidError on nothing ordered, a tolerance outside 0 to 10, an end before the start,
    two operations with one sequence.
    """

    key: OrderKey
    item_no: str
    ordered: Quantity
    over_tolerance: Decimal = Decimal(0)
    due_start: datetime | None = None
    due_end: datetime | None = None
    operations: tuple[Operation, ...] = ()
    components: tuple[Component, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself; operations stand in their order."""
        if self.ordered <= Quantity.zero(self.ordered.unit):
            raise InvalidError(
                f"{self.ordered} cannot be ordered",
                code="not_positive",
                field="quantity.value",
                hint="order more than 0",
            )
        if not (self.over_tolerance.is_finite() and 0 <= self.over_tolerance <= MOST_TOLERANCE):
            raise InvalidError(
                f"a tolerance of {self.over_tolerance} makes no sense",
                code="bad_tolerance",
                field="over_tolerance",
                hint=f'write a fraction from 0 to {MOST_TOLERANCE}, "0.1" for 10 %',
            )
        if self.due_start and self.due_end and self.due_end < self.due_start:
            raise InvalidError("due before it starts", code="bad_time", field="due_end")
        object.__setattr__(
            self, "operations", tuple(sorted(self.operations, key=lambda one: one.sequence))
        )
        if len({one.sequence for one in self.operations}) < len(self.operations):
            raise InvalidError(
                "two operations share a sequence", code="duplicate_operation", field="operations"
            )

    @property
    def limit(self) -> Fraction:
        """The most that may be made, scrapped and reworked together."""
        return Fraction(self.ordered.value) * (1 + Fraction(self.over_tolerance))

    def require_same(self, other: "Plan") -> None:
        """Raises ConflictError naming the first field in which `other` differs."""
        for field in fields(self):
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            if mine != theirs:
                raise ConflictError(
                    f"order {self.key} is here with another {_SPOKEN.get(field.name, field.name)}",
                    code="order_differs",
                    field=_SPOKEN.get(field.name, field.name),
                    hint="a plan that was taken over stays; cancel the order and plan a new one",
                )


_SPOKEN = {"ordered": "quantity"}
