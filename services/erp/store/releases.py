"""The business measure of production orders that should have been released by now."""

from collections.abc import Iterator

from services.kit import signals
from services.kit.rounds import Rounds
from services.kit.store import Store

_LOOK_SECONDS = 30.0


def releases(store: Store) -> Rounds:
    """Looks for as long as the service runs."""
    return Rounds(DelayedReleases(store).look, seconds=_LOOK_SECONDS)


class DelayedReleases:
    """Planned orders whose start has passed, by plant, as last looked at; a plant stays, at 0."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen: dict[str, int] = {}
        signals.observe("plantmesh.erp.delayed_releases", self.read)

    async def look(self) -> None:
        """Renew what the measure shows."""
        async with self._store.work() as work:
            rows = await work.sql(
                "SELECT plant, count(*) FROM production_order"
                " WHERE lifecycle = 'planned' AND due_start < clock_timestamp() GROUP BY plant"
            )
        self._seen = dict.fromkeys(self._seen, 0) | dict(rows)

    def read(self) -> Iterator[signals.Reading]:
        """One number a plant."""
        for plant, count in self._seen.items():
            yield count, {"plant": plant}
