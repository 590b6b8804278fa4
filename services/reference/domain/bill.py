"""A bill of material (ISA-95 operations material bill): what making an item consumes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.reference.domain.figures import read_figure
from services.reference.domain.names import Key, check_name, check_plant
from services.reference.domain.span import Span


class Use(StrEnum):
    """What an order does with the item of a line (B2MML MaterialUse)."""

    CONSUMED = "consumed"
    BYPRODUCT = "byproduct"
    COPRODUCT = "coproduct"


@dataclass(frozen=True, slots=True)
class BillLine:
    """`backflush`: consumption follows from the yield, nobody reports it.

    `scrap_percent` of the quantity is lost on the way; a phantom never lies in stock; substitutes
    may stand in, first choice first. `operation_sequence` 0 = at the routing's first.
    """

    position: int
    component_item_no: str
    quantity: Quantity
    backflush: bool = False
    scrap_percent: str = ""
    operation_sequence: int = 0
    use: Use = Use.CONSUMED
    phantom: bool = False
    substitutes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is lost altogether, and what stands in for itself or twice."""
        scrap = read_figure(self.scrap_percent, "scrap_percent", below=100)
        object.__setattr__(self, "scrap_percent", scrap)
        known = {self.component_item_no}
        for place, item_no in enumerate(self.substitutes):
            if item_no in known:
                raise InvalidError(
                    f"{item_no} cannot stand in for {self.component_item_no} once more",
                    code="bad_substitute",
                    field=f"substitutes[{place}]",
                )
            known.add(item_no)

    @property
    def items(self) -> tuple[str, ...]:
        """The component and what may stand in."""
        return (self.component_item_no, *self.substitutes)


@dataclass(frozen=True, slots=True)
class Bill:
    """The lines make `base_quantity` of the item, on the days of its span."""

    plant: str
    item_no: str
    alternative: str
    revision: str
    base_quantity: Quantity
    lines: tuple[BillLine, ...] = ()
    version: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    eco_no: str = ""

    def __post_init__(self) -> None:
        """Refuse amounts of nothing, positions that repeat, an item made of itself."""
        check_plant(self.plant)
        check_name(self.item_no, "item_no")
        _ = self.span
        _refuse_nothing(self.base_quantity, "base_quantity")
        positions: set[int] = set()
        for place, line in enumerate(self.lines):
            field = f"lines[{place}]"
            _refuse_nothing(line.quantity, f"{field}.quantity")
            if self.item_no in line.items:
                raise InvalidError(
                    f"{self.item_no} is not made of itself",
                    code="circular_bill",
                    field=f"{field}.component_item_no",
                )
            if line.position in positions:
                raise InvalidError(
                    f"two lines have the position {line.position}",
                    code="duplicate_position",
                    field=f"{field}.position",
                )
            positions.add(line.position)

    @property
    def key(self) -> Key:
        """Plant, item, alternative and revision."""
        return (self.plant, self.item_no, self.alternative, self.revision)

    @property
    def span(self) -> Span:
        """When it applies."""
        return Span(self.valid_from, self.valid_to)


def _refuse_nothing(quantity: Quantity, field: str) -> None:
    if quantity.value <= 0:
        raise InvalidError(
            f"{quantity} is nothing", code="not_positive", field=f"{field}.value", hint="above 0"
        )
