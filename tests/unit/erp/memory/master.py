"""Holds, and what the ERP service knows of systems, plants and codes, in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.erp.domain.codes import Code, CodeTable
from services.erp.domain.hold import Hold, held
from services.erp.domain.keys import LotKey
from services.kit.errors import NotFoundError
from tests.unit.erp.memory.examples import CODES


@dataclass
class MemoryHolds:
    """Holds by number and lot."""

    holds: dict[tuple[str, LotKey], Hold] = field(default_factory=dict)

    async def lock(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """All of these lots."""
        return [hold for hold in self.holds.values() if hold.lot in lots]

    async def put(self, hold: Hold) -> None:
        """Store it."""
        self.holds[hold.hold_no, hold.lot] = hold

    @property
    def held(self) -> Mapping[LotKey, str]:
        """What is held now."""
        return held(self.holds.values())


@dataclass
class MemoryMaster:
    """Systems, plants and codes at once."""

    systems: dict[str, str] = field(default_factory=lambda: {"lyon": "erp-1"})
    deaf: set[str] = field(default_factory=set)
    """Plants whose ERP is not told that orders have ended."""
    zones: dict[str, str] = field(default_factory=lambda: {"lyon": "Europe/Paris"})
    codes: tuple[Code, ...] = CODES

    async def plants(self, system: str) -> Sequence[str]:
        """Those of the system."""
        return [plant for plant, one in self.systems.items() if one == system]

    async def of_plant(self, plant: str) -> str:
        """The system of a plant."""
        if plant not in self.systems:
            raise NotFoundError("no system", field="plant")
        return self.systems[plant]

    async def closes(self, plant: str) -> bool:
        """Unless it is deaf."""
        return plant not in self.deaf

    async def zone(self, plant: str) -> str:
        """Its zone."""
        return self.zones[plant]

    async def table(self, system: str, plant: str, at: datetime) -> CodeTable:
        """The codes."""
        return CodeTable(system, plant, self.codes, at)

    async def all(self, system: str, plant: str) -> Sequence[Code]:
        """The codes."""
        return self.codes
