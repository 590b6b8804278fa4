"""A routing (ISA-95 operations definition): the steps that make an item."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.kit.units import find_unit
from services.reference.domain.names import Key, check_name, check_plant
from services.reference.domain.span import Span


class Dependency(StrEnum):
    """When a step may begin, against another (B2MML SegmentDependency)."""

    AT_START = "at_start"
    AFTER_START = "after_start"
    AFTER_END = "after_end"
    NO_LATER_AFTER_END = "no_later_after_end"
    NOT_IN_PARALLEL = "not_in_parallel"
    POSSIBLE_PARALLEL = "possible_parallel"


@dataclass(frozen=True, slots=True)
class Operation:
    """A step; `sequence` orders the steps. `run_per_unit` is for one base unit of the item.

    Confirmed or not; a milestone confirms the steps before it; with `auto_receipt` its yield is
    received into stock. It depends on the step `depends_on`, 0 = the one before.
    """

    sequence: int
    segment: str = ""
    work_center: str = ""
    setup: Quantity | None = None
    run_per_unit: Quantity | None = None
    confirmed: bool = False
    milestone: bool = False
    auto_receipt: bool = False
    dependency: Dependency = Dependency.AFTER_END
    depends_on: int = 0
    inspection_plan: str = ""

    def __post_init__(self) -> None:
        """Refuse times that are none, and a milestone nobody confirms."""
        for name in ("setup", "run_per_unit"):
            check_time(getattr(self, name), name)
        if (self.milestone or self.auto_receipt) and not self.confirmed:
            raise InvalidError(
                "what nobody confirms confirms and receives nothing",
                code="bad_control_key",
                field="confirmed",
                hint="set it, or leave milestone and auto_receipt out",
            )


@dataclass(frozen=True, slots=True)
class Routing:
    """The operations of an item at a plant, on the days of its span."""

    plant: str
    item_no: str
    alternative: str
    revision: str
    operations: tuple[Operation, ...] = ()
    version: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    eco_no: str = ""

    def __post_init__(self) -> None:
        """Refuse a sequence that repeats, and a step that waits for itself or for none."""
        check_plant(self.plant)
        check_name(self.item_no, "item_no")
        _ = self.span
        sequences: set[int] = set()
        for place, operation in enumerate(self.operations):
            if operation.sequence in sequences:
                raise InvalidError(
                    f"two operations have the sequence {operation.sequence}",
                    code="duplicate_operation",
                    field=f"operations[{place}].sequence",
                )
            sequences.add(operation.sequence)
        for place, operation in enumerate(self.operations):
            if operation.depends_on not in {0, *sequences} - {operation.sequence}:
                raise InvalidError(
                    f"there is no other operation {operation.depends_on}",
                    code="unknown_operation",
                    field=f"operations[{place}].depends_on",
                )

    @property
    def key(self) -> Key:
        """Plant, item, alternative and revision."""
        return (self.plant, self.item_no, self.alternative, self.revision)

    @property
    def span(self) -> Span:
        """When it applies."""
        return Span(self.valid_from, self.valid_to)


def check_time(given: Quantity | None, field: str) -> None:
    """Raises InvalidError naming `field` on what is no time; None is fine."""
    if given and (given.value < 0 or find_unit(given.unit).dimension != "time"):
        raise InvalidError(
            f"{given} is no time", code="no_time", field=field, hint="such as 30 SEC or 1.5 MIN"
        )
