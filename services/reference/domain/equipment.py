"""Equipment by its place, as ISA-95 has it; the installation is the enterprise.

Source: ISA-95 part 1, 5.3; modules below a unit from ISA-88.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.reference.domain.figures import read_figure
from services.reference.domain.names import Key, check_name, check_plant
from services.reference.domain.routing import check_time


class Level(StrEnum):
    """EquipmentLevel of ISA-95."""

    SITE = "site"
    AREA = "area"
    PROCESS_CELL = "process_cell"
    PRODUCTION_UNIT = "production_unit"
    PRODUCTION_LINE = "production_line"
    STORAGE_ZONE = "storage_zone"
    WORK_CENTER = "work_center"
    UNIT = "unit"
    WORK_CELL = "work_cell"
    STORAGE_UNIT = "storage_unit"
    WORK_UNIT = "work_unit"
    EQUIPMENT_MODULE = "equipment_module"
    CONTROL_MODULE = "control_module"


_RANKS = {
    1: {Level.SITE},
    2: {Level.AREA},
    3: {
        Level.PROCESS_CELL,
        Level.PRODUCTION_UNIT,
        Level.PRODUCTION_LINE,
        Level.STORAGE_ZONE,
        Level.WORK_CENTER,
    },
    4: {Level.UNIT, Level.WORK_CELL, Level.STORAGE_UNIT, Level.WORK_UNIT},
    5: {Level.EQUIPMENT_MODULE},
    6: {Level.CONTROL_MODULE},
}
RANK = {level: rank for rank, levels in _RANKS.items() for level in levels}


@dataclass(frozen=True, slots=True)
class Equipment:
    """`path` is "PLANT/AREA/LINE/CELL"; `work_center` is what routings and orders call it.

    `oee_target` is a share, `ideal_cycle` the time for one piece when nothing is lost.
    """

    path: str
    level: Level
    work_center: str = ""
    version: int = 0
    equipment_class: str = ""
    oee_target: str = ""
    ideal_cycle: Quantity | None = None
    calendar: str = ""

    def __post_init__(self) -> None:
        """Refuse a path with a hole, a site below one, a target above 1."""
        target = read_figure(self.oee_target, "oee_target")
        if target and Decimal(target) > 1:
            raise InvalidError(
                f"{target} is more than all",
                code="out_of_range",
                field="oee_target",
                hint="a share, such as 0.85",
            )
        object.__setattr__(self, "oee_target", target)
        check_time(self.ideal_cycle, "ideal_cycle")
        plant, *rest = self.path.split("/")
        check_plant(plant, field="path")
        for part in rest:
            check_name(part, "path")
        if (self.level is Level.SITE) != (not rest):
            raise InvalidError(
                f"{self.path} is no {self.level}",
                code="wrong_level",
                field="level",
                hint="the plant alone is the site, everything else is below it",
            )

    @property
    def key(self) -> Key:
        """Its path."""
        return (self.path,)

    @property
    def plant(self) -> str:
        """Where the path begins."""
        return self.path.partition("/")[0]

    @property
    def parent(self) -> str:
        """The path above; "" where only the plant is above."""
        above = self.path.rpartition("/")[0]
        return above if "/" in above else ""

    def stand_below(self, parent: "Equipment") -> None:
        """Raises InvalidError naming `level` unless it belongs below `parent`."""
        if RANK[self.level] <= RANK[parent.level]:
            raise InvalidError(
                f"a {self.level} does not stand below a {parent.level}",
                code="wrong_level",
                field="level",
                hint="site, area, work center, work unit, equipment module, control module",
            )
