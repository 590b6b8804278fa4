"""The business measure of codes that wait for a steward."""

from collections.abc import Iterator

from services.kit import signals
from services.kit.store import Store


class Stewardship:
    """Unmapped codes by system, as last looked at; a system stays, at 0."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._counts: dict[str, int] = {}
        self._oldest_seconds: dict[str, int] = {}
        signals.observe("plantmesh.reference.unmapped", self.counts)
        signals.observe("plantmesh.reference.unmapped_age", self.ages)

    async def look(self) -> None:
        """Renew what the measure shows."""
        async with self._store.work() as work:
            rows = await work.sql(
                "SELECT system, count(*),"
                " extract(epoch FROM clock_timestamp() - min(first_seen))::bigint"
                " FROM unmapped_code GROUP BY system"
            )
        for shown in (self._counts, self._oldest_seconds):
            shown.update(dict.fromkeys(shown, 0))
        for system, count, age in rows:
            self._counts[system], self._oldest_seconds[system] = count, max(age, 0)

    def counts(self) -> Iterator[signals.Reading]:
        """One number a system."""
        for system, count in self._counts.items():
            yield count, {"system": system}

    def ages(self) -> Iterator[signals.Reading]:
        """Of the oldest, in seconds."""
        for system, age in self._oldest_seconds.items():
            yield age, {"system": system}
