"""An item (ISA-95 material definition): what it is counted in, and when it is inspected."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.kit.errors import ConflictError, InvalidError
from services.kit.quantity import Measures
from services.reference.domain.names import Key, check_name


class ItemType(StrEnum):
    """What kind of material."""

    RAW = "raw"
    SEMI_FINISHED = "semi_finished"
    FINISHED = "finished"
    PACKAGING = "packaging"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Conversion:
    """1 `source` = numerator/denominator `target` of the item, exactly."""

    source: str
    target: str
    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        """Refuse a ratio of nothing."""
        for name in ("numerator", "denominator"):
            if getattr(self, name) < 1:
                raise InvalidError("a ratio is above 0", code="not_positive", field=name)


@dataclass(frozen=True, slots=True)
class Item:
    """`version` counts its changes, from 1. Units are UN/ECE Rec 20 codes."""

    item_no: str
    base_unit: str
    type: ItemType
    description: str = ""
    lot_controlled: bool = False
    inspection_on_receipt: bool = False
    inspection_on_production: bool = False
    conversions: tuple[Conversion, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse unknown units, and conversions that contradict."""
        check_name(self.item_no, "item_no")
        try:
            _ = self.measures
        except InvalidError as error:
            for theirs, ours in _FIELDS:
                error.field = error.field.replace(theirs, ours)
            raise

    @property
    def key(self) -> Key:
        """Its number."""
        return (self.item_no,)

    @property
    def measures(self) -> Measures:
        """The units it may be counted in."""
        return Measures(
            self.base_unit,
            tuple(
                (one.source, one.target, Fraction(one.numerator, one.denominator))
                for one in self.conversions
            ),
        )

    def follow(self, known: "Item") -> None:
        """Raises ConflictError where it cannot come after `known`: stock is counted in the unit."""
        if self.base_unit != known.base_unit:
            raise ConflictError(
                f"{self.item_no} is counted in {known.base_unit}",
                code="base_unit_fixed",
                field="base_unit",
                hint="keep it and add a conversion, or make a new item",
            )


# What kit calls the parts, and what the contract calls them.
_FIELDS = (
    ("base", "base_unit"),
    ("own[", "conversions["),
    (".source", ".from"),
    (".target", ".to"),
)
