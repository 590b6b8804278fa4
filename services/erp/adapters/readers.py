"""ERPs that are asked what they have: a connection of its own for each time, and no transaction."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from services.erp.adapters.ledger.reading import LedgerReading
from services.erp.adapters.odata.reading import ODataReading
from services.erp.adapters.registry import Secrets
from services.erp.adapters.tryton.reading import TrytonReading
from services.erp.ports import Plants
from services.erp.ports.reading import ErpReading, Served
from services.kit.errors import NotFoundError
from services.kit.lanes.systems import System, all_systems, system_of
from services.kit.store import Store, current_work, forbid_work

_READINGS: Mapping[str, Callable[[System, str], ErpReading]] = {
    "ledger": LedgerReading,
    "odata": ODataReading,
    "tryton": TrytonReading,
}


class SystemReadings:
    """ports.reading.Readings by the rows of `systems`, with the adapters this process may use."""

    def __init__(
        self, store: Store, names: Collection[str], secrets: Secrets, plants: Plants
    ) -> None:
        self._store = store
        self._names = names
        self._secrets = secrets
        self._plants = plants

    async def plants(self) -> list[Served]:
        """Of enabled systems."""
        async with self._store.work():
            systems = [one for one in await all_systems(current_work()) if one.enabled]
            found = [(plant, one.id) for one in systems for plant in one.plants]
            return [Served(*one, await self._zone(one[0])) for one in sorted(found)]

    @asynccontextmanager
    async def of_plant(self, plant: str) -> AsyncIterator[tuple[str, ErpReading]]:
        """Closed behind the caller."""
        async with self._store.work():
            system = await system_of(current_work(), plant)
        if system.adapter not in self._names:
            raise NotFoundError(f"nothing here speaks to {system.id}", code="unknown_system")
        forbid_work()
        erp = _READINGS[system.adapter](system, self._secrets(system.secret))
        try:
            yield system.id, erp
        finally:
            await erp.close()

    async def _zone(self, plant: str) -> str:
        try:
            return await self._plants.zone(plant)
        except NotFoundError:
            return ""
