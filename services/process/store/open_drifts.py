"""The business measure of drift that nothing explained."""

from collections.abc import Iterator

from services.kit import signals
from services.kit.store import Store


class OpenDrifts:
    """Open drift by plant, as last looked at; a plant stays, at 0."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[str, int] = {}
        signals.observe("plantmesh.process.balance_drift", self.read)

    async def look(self) -> None:
        """Renew what the measure shows."""
        async with self._store.work() as work:
            rows = await work.sql(
                "SELECT plant, count(*) FROM drift WHERE resolved_at IS NULL GROUP BY plant"
            )
        self._seen = dict.fromkeys(self._seen, 0) | dict(rows)

    def read(self) -> Iterator[signals.Reading]:
        """One number a plant."""
        for plant, count in self._seen.items():
            yield count, {"plant": plant}
