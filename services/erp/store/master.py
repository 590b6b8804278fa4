"""This service's copies of what reference owns, and the route to an ERP."""

from collections.abc import Sequence

from services.erp.domain.codes import Code, CodeTable, Direction
from services.kit.clock import find_zone
from services.kit.errors import NotFoundError
from services.kit.lanes.systems import system_of
from services.kit.store import Work, current_work


class SqlSystems:
    """Routes by the table `systems`."""

    async def of_plant(self, plant: str) -> str:
        """Its id; raises NotFoundError."""
        return (await system_of(current_work(), plant)).id


class SqlPlants:
    """Plants over PostgreSQL."""

    async def zone(self, plant: str) -> str:
        """The IANA time zone; raises NotFoundError naming `plant`."""
        rows = await current_work().sql("SELECT zone FROM plant WHERE plant = %s", (plant,))
        if not rows:
            raise NotFoundError(
                f"the time zone of plant {plant} is not known",
                code="unknown_plant",
                field="plant",
                hint="add the plant to the reference data",
            )
        return str(rows[0][0])


class SqlCodes:
    """Code maps over PostgreSQL."""

    async def table(self, system: str, plant: str) -> CodeTable:
        """As it is now."""
        rows = await current_work().sql(
            "SELECT kind, code, canonical, plant, direction FROM code_map"
            " WHERE system = %s AND plant IN ('', %s)",
            (system, plant),
        )
        codes = [
            Code(kind, code, canonical, plant_of, Direction(direction))
            for kind, code, canonical, plant_of, direction in rows
        ]
        return CodeTable(system, plant, codes)


async def put_plant(work: Work, plant: str, zone: str) -> None:
    """Know a plant, or its new zone; raises InvalidError on a zone nobody knows."""
    find_zone(zone)
    await work.sql(
        "INSERT INTO plant VALUES (%s, %s) ON CONFLICT (plant) DO UPDATE SET zone = excluded.zone",
        (plant, zone),
    )


async def put_codes(work: Work, system: str, codes: Sequence[Code]) -> None:
    """Add or change codes; what waits for them is read again at the next poll."""
    await work.sql("UPDATE code_map_version SET version = version + 1")
    for code in codes:
        await work.sql(
            "INSERT INTO code_map (system, plant, kind, code, direction, canonical)"
            " VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (system, plant, kind, code, direction)"
            " DO UPDATE SET canonical = excluded.canonical",
            (system, code.plant, code.kind, code.code, code.direction, code.canonical),
        )


async def codes_version(work: Work) -> int:
    """Grows with every change of the code maps."""
    [(version,)] = await work.sql("SELECT version FROM code_map_version")
    return int(version)
