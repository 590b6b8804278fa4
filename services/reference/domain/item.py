"""An item (ISA-95 material definition): what it is, what it is counted in, when it is inspected."""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from services.kit.errors import ConflictError, InvalidError
from services.kit.quantity import Measures, Quantity, in_force
from services.kit.units import find_unit
from services.reference.domain.cross_reference import check_gtin
from services.reference.domain.figures import read_figure
from services.reference.domain.item_state import Lifecycle
from services.reference.domain.names import Key, check_name


class ItemType(StrEnum):
    """What kind of material."""

    RAW = "raw"
    SEMI_FINISHED = "semi_finished"
    FINISHED = "finished"
    PACKAGING = "packaging"
    SERVICE = "service"


class Basis(StrEnum):
    """Whose ratio it is; what holds for everything is in kit's table of units."""

    ITEM = "item"
    LOT = "lot"


@dataclass(frozen=True, slots=True)
class Conversion:
    """1 `source` = numerator/denominator `target` of the item, exactly.

    From `valid_from` on (None = always), until another of the pair begins. With the basis LOT it is
    a figure to plan with: each lot is measured, and differs by at most the share `tolerance`.
    """

    source: str
    target: str
    numerator: int
    denominator: int
    basis: Basis = Basis.ITEM
    valid_from: date | None = None
    tolerance: str = ""

    def __post_init__(self) -> None:
        """Refuse a ratio of nothing, and a tolerance where nothing differs."""
        for name in ("numerator", "denominator"):
            if getattr(self, name) < 1:
                raise InvalidError("a ratio is above 0", code="not_positive", field=name)
        object.__setattr__(self, "tolerance", read_figure(self.tolerance, "tolerance", below=1))
        if self.tolerance and self.basis is Basis.ITEM:
            raise InvalidError(
                "the ratio of an item is exact",
                code="exact_ratio",
                field="tolerance",
                hint="leave it out, or say that each lot has its own (basis LOT)",
            )

    @property
    def ratio(self) -> Fraction:
        """How many `target` one `source` is."""
        return Fraction(self.numerator, self.denominator)

    @property
    def pair(self) -> tuple[str, str]:
        """From which unit to which."""
        return (self.source, self.target)

    @property
    def is_by_lot(self) -> bool:
        """Whether each lot has a ratio of its own."""
        return self.basis is Basis.LOT


@dataclass(frozen=True, slots=True)
class Item:
    """`version` counts its changes, from 1. Units are UN/ECE Rec 20 codes.

    `lifecycle` None = as it was; `net_weight` is that of one base unit.
    """

    item_no: str
    base_unit: str
    type: ItemType
    description: str = ""
    lot_controlled: bool = False
    inspection_on_receipt: bool = False
    inspection_on_production: bool = False
    conversions: tuple[Conversion, ...] = ()
    version: int = 0
    serial_controlled: bool = False
    shelf_life_days: int = 0
    revision: str = ""
    lifecycle: Lifecycle | None = None
    gtin: str = ""
    classes: tuple[str, ...] = ()
    hazard: str = ""
    net_weight: Quantity | None = None

    def __post_init__(self) -> None:
        """Refuse unknown units, conversions that contradict on some day, bad numbers."""
        check_name(self.item_no, "item_no")
        for day in {date.min, *(one.valid_from or date.min for one in self.conversions)}:
            self.measures_on(day)
        if self.gtin:
            check_gtin(self.gtin, "gtin")
        for place, name in enumerate(self.classes):
            check_name(name, f"classes[{place}]")
        if self.net_weight and (
            self.net_weight.value <= 0 or find_unit(self.net_weight.unit).dimension != "mass"
        ):
            raise InvalidError(
                f"{self.net_weight} is no weight",
                code="no_weight",
                field="net_weight",
                hint="above 0, in a unit of mass such as KGM or GRM",
            )

    @property
    def key(self) -> Key:
        """Its number."""
        return (self.item_no,)

    @property
    def measures(self) -> Measures:
        """The units it may be counted in once every conversion holds."""
        return self.measures_on(date.max)

    def in_force(self, day: date) -> list[Conversion]:
        """Those that hold on a day."""
        return [self.conversions[place] for place in self._in_force(day)]

    def _in_force(self, day: date) -> list[int]:
        told = [(*one.pair, _text(one.valid_from)) for one in self.conversions]
        return in_force(told, day.isoformat())

    def measures_on(self, day: date) -> Measures:
        """The units it may be counted in on a day; raises InvalidError naming what contradicts."""
        places = self._in_force(day)
        own = tuple(
            (*self.conversions[place].pair, self.conversions[place].ratio) for place in places
        )
        try:
            return _measures(self.base_unit, own)
        except InvalidError as error:
            error.field = _our_field(error.field, places)
            raise

    def settled(self, known: "Item | None") -> "Item":
        """Its next version after `known`: the unit is fixed, and commands move the lifecycle.

        Raises ConflictError where it cannot.
        """
        if known is None:
            return replace(self, lifecycle=self.lifecycle or Lifecycle.EFFECTIVE, version=1)
        if self.base_unit != known.base_unit:
            raise ConflictError(
                f"{self.item_no} is counted in {known.base_unit}",
                code="base_unit_fixed",
                field="base_unit",
                hint="keep it and add a conversion, or make a new item",
            )
        if self.lifecycle not in (None, known.lifecycle):
            raise ConflictError(
                f"{self.item_no} is {known.lifecycle}",
                code="wrong_state",
                field="lifecycle",
                hint="leave it out; AdvanceItems moves it",
            )
        return replace(self, lifecycle=known.lifecycle, version=known.version + 1)


# Most items of a plant are counted in a few ways, and each is checked whenever it is read.
_measures = lru_cache(4096)(Measures)
_OWN = re.compile(r"own\[(\d+)\]")


def _our_field(theirs: str, places: list[int]) -> str:
    """What kit calls a part, as the contract calls it."""
    if theirs == "base":
        return "base_unit"
    ours = _OWN.sub(lambda found: f"conversions[{places[int(found[1])]}]", theirs)
    return ours.replace(".source", ".from").replace(".target", ".to")


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
