"""A routing (ISA-95 operations definition): the steps that make an item."""

from dataclasses import dataclass

from services.kit.errors import InvalidError
from services.reference.domain.names import Key, check_name, check_plant


@dataclass(frozen=True, slots=True)
class Operation:
    """A step; `sequence` orders the steps."""

    sequence: int
    segment: str = ""
    work_center: str = ""


@dataclass(frozen=True, slots=True)
class Routing:
    """The operations of an item at a plant."""

    plant: str
    item_no: str
    alternative: str
    revision: str
    operations: tuple[Operation, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse a sequence that repeats."""
        check_plant(self.plant)
        check_name(self.item_no, "item_no")
        sequences: set[int] = set()
        for place, operation in enumerate(self.operations):
            if operation.sequence in sequences:
                raise InvalidError(
                    f"two operations have the sequence {operation.sequence}",
                    code="duplicate_operation",
                    field=f"operations[{place}].sequence",
                )
            sequences.add(operation.sequence)

    @property
    def key(self) -> Key:
        """Plant, item, alternative and revision."""
        return (self.plant, self.item_no, self.alternative, self.revision)
