"""A bill of material (ISA-95 operations material bill): what making an item consumes."""

from dataclasses import dataclass

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.reference.domain.names import Key, check_name, check_plant


@dataclass(frozen=True, slots=True)
class BillLine:
    """`backflush`: consumption follows from the yield, nobody reports it."""

    position: int
    component_item_no: str
    quantity: Quantity
    backflush: bool = False


@dataclass(frozen=True, slots=True)
class Bill:
    """The lines make `base_quantity` of the item."""

    plant: str
    item_no: str
    alternative: str
    revision: str
    base_quantity: Quantity
    lines: tuple[BillLine, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse amounts of nothing, positions that repeat, an item made of itself."""
        check_plant(self.plant)
        check_name(self.item_no, "item_no")
        _refuse_nothing(self.base_quantity, "base_quantity")
        positions: set[int] = set()
        for place, line in enumerate(self.lines):
            field = f"lines[{place}]"
            _refuse_nothing(line.quantity, f"{field}.quantity")
            if line.component_item_no == self.item_no:
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


def _refuse_nothing(quantity: Quantity, field: str) -> None:
    if quantity.value <= 0:
        raise InvalidError(
            f"{quantity} is nothing", code="not_positive", field=f"{field}.value", hint="above 0"
        )
