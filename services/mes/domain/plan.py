"""What the office wants made: the plan of a work order, a snapshot that running orders keep."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from services.kit.errors import ConflictError, InvalidError, located
from services.kit.quantity import Measures, Quantity
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

    @property
    def items(self) -> Iterator[tuple[str, str]]:
        """What it makes and consumes, with the field that names it."""
        yield self.item_no, "item_no"
        for place, one in enumerate(self.components):
            yield one.item_no, f"components[{place}].item_no"

    def check_units(self, items: Mapping[str, Measures]) -> None:
        """Raises InvalidError on an item that is not counted in the unit named."""
        with located("quantity"):
            items[self.item_no].ratio(self.ordered.unit)
        for place, one in enumerate(self.components):
            with located(f"components[{place}].quantity"):
                items[one.item_no].ratio(one.quantity.unit)

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
