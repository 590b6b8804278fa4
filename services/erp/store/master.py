"""This service's copies of what reference owns, and the route to an ERP."""

from collections.abc import Sequence
from datetime import datetime

from services.erp import wire
from services.erp.domain.codes import Code, CodeTable
from services.kit.copies import listed, require, stamp
from services.kit.errors import NotFoundError
from services.kit.lanes.systems import all_systems, system_of
from services.kit.store import current_work


class SqlSystems:
    """Routes by the table `systems`."""

    async def plants(self, system: str) -> Sequence[str]:
        """Those it serves; raises NotFoundError naming `system`."""
        for one in await all_systems(current_work()):
            if one.id == system:
                return one.plants
        raise NotFoundError(
            f"there is no system {system[:80]}", code="unknown_system", field="system"
        )

    async def of_plant(self, plant: str) -> str:
        """Its id; raises NotFoundError."""
        return (await system_of(current_work(), plant)).id

    async def closes(self, plant: str) -> bool:
        """The setting `closes` of its row; without one it is told."""
        return bool((await system_of(current_work(), plant)).settings.get("closes", True))


class CopiedPlants:
    """Plants as copied."""

    async def zone(self, plant: str) -> str:
        """The IANA time zone; raises NotFoundError naming `plant`."""
        return (await require(wire.PLANTS, {plant: "plant"}))[plant].time_zone


class CopiedCodes:
    """Code maps as copied."""

    async def table(self, system: str, plant: str, at: datetime) -> CodeTable:
        """For what is of that time."""
        return CodeTable(system, plant, await self.all(system, plant), at)

    async def all(self, system: str, plant: str) -> list[Code]:
        """Every version, drafts too."""
        scopes = [wire.codes_scope(system, ""), wire.codes_scope(system, plant)]
        return wire.read_codes(await listed(wire.CODES, scopes))


async def codes_version() -> int:
    """Another number with every change of the code maps; in the ambient unit of work."""
    return await stamp(wire.CODES)


async def plants_version() -> int:
    """Another number with every change of a plant; in the ambient unit of work."""
    return await stamp(wire.PLANTS)
