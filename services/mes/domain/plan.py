"""What the office wants made: the plan of a work order, a snapshot that running orders keep."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from services.kit.errors import ConflictError, InvalidError, located
from services.kit.measures import ItemLot, Measured
from services.kit.quantity import Quantity
from services.mes.domain.keys import OrderKey

MOST_TOLERANCE = 10


class Control(StrEnum):
    """What the routing's control key says of reporting an operation. Source: domain-model 3.1."""

    UNSPECIFIED = ""
    """Once it has reported a yield, the next operation may not exceed it."""
    CONFIRM = "confirm"
    """The next operation may never exceed its yield."""
    MILESTONE = "milestone"
    """Its report says that everything before it was done."""
    UNREPORTED = "unreported"
    """The next operation is compared with the one before it."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of the routing; `sequence` orders the steps."""

    sequence: int
    segment: str = ""
    work_center: str = ""
    control: Control = Control.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Component:
    """What the order is planned to consume, in `operation` (0 = the last one).

    With `backflush` nobody reports it: it follows from what is made, out of `lot_no`.
    """

    position: int
    item_no: str
    quantity: Quantity
    backflush: bool = False
    operation: int = 0
    lot_no: str = ""

    @property
    def goods(self) -> ItemLot:
        """What it is wherever it is."""
        return ItemLot(self.item_no, self.lot_no)


@dataclass(frozen=True, slots=True)
class Plan:
    """One order as planned; `over_tolerance` is a fraction of `ordered` (0.1 = 10 %).

    Raises InvalidError on nothing ordered, a tolerance outside 0 to 10, an end before the start,
    two operations with one sequence, a component for an operation that is none.
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
        self._check_components()

    def _check_components(self) -> None:
        known = {0, *(one.sequence for one in self.operations)}
        for place, one in enumerate(self.components):
            if one.operation not in known:
                raise InvalidError(
                    f"there is no operation {one.operation} to consume {one.item_no}",
                    code="unknown_operation",
                    field=f"components[{place}].operation_sequence",
                    hint=f"one of {sorted(known - {0})}, or 0 for the last",
                )

    @property
    def last_operation(self) -> int:
        """The one that delivers; 0 in an order without a routing."""
        return self.operations[-1].sequence if self.operations else 0

    @property
    def limit(self) -> Fraction:
        """The most that may be made, scrapped and reworked together."""
        return Fraction(self.ordered.value) * (1 + Fraction(self.over_tolerance))

    @property
    def goods(self) -> Iterator[tuple[ItemLot, str]]:
        """What it makes and consumes, with the field that names it."""
        yield ItemLot(self.item_no), "item_no"
        for place, one in enumerate(self.components):
            yield one.goods, f"components[{place}].item_no"

    def check_units(self, items: Measured) -> None:
        """Raises InvalidError on an item that is not counted in the unit named."""
        with located("quantity"):
            items.require(ItemLot(self.item_no), self.ordered.unit)
        for place, one in enumerate(self.components):
            with located(f"components[{place}].quantity"):
                items.require(one.goods, one.quantity.unit)

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
