"""The business measure of what waits to be attributed."""

from collections.abc import Iterator

from services.kit import signals
from services.kit.store import Store


class OpenCounts:
    """Differences that are open, by machine, as last looked at; a machine stays, at 0."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[tuple[str, str], int] = {}
        signals.observe("plantmesh.mes.uncounted", self.read)

    async def look(self) -> None:
        """Renew what the measure shows."""
        async with self._store.work() as work:
            rows = await work.sql(
                "SELECT plant, equipment, count(*) FROM uncounted WHERE state = 'open'"
                " GROUP BY plant, equipment"
            )
        self._seen = dict.fromkeys(self._seen, 0)
        self._seen |= {(plant, equipment): count for plant, equipment, count in rows}

    def read(self) -> Iterator[signals.Reading]:
        """One number a machine."""
        for (plant, equipment), count in self._seen.items():
            yield count, {"plant": plant, "equipment": equipment}
