"""How long ago the audit was verified, and what that found: gauges that survive every process."""

from collections.abc import Iterator

from services.kit import signals
from services.kit.audit.rounds import newest
from services.kit.store import Store

_HOUR = 3600.0


class Watch:
    """Of one service's verifications, while this replica leads; `hours` is how old one may be."""

    def __init__(self, store: Store, hours: float | None) -> None:
        self._store = store
        self._limit = None if hours is None else hours * _HOUR
        self._age: float | None = None
        self._flaws: int | None = None
        signals.observe("plantmesh.audit.verified_age", self.ages)
        signals.observe("plantmesh.audit.verified_limit", self.limits)
        signals.observe("plantmesh.audit.flaws", self.found)

    async def look(self) -> None:
        """Renew what the gauges show."""
        async with self._store.work() as work:
            self._age, self._flaws = await newest(work)

    def rest(self) -> None:
        """Another replica shows it."""
        self._age = self._flaws = None

    def ages(self) -> Iterator[signals.Reading]:
        """Seconds since the last one ended."""
        if self._age is not None:
            yield self._age, {}

    def limits(self) -> Iterator[signals.Reading]:
        """Seconds that it may be, where somebody expects one."""
        if self._age is not None and self._limit is not None:
            yield self._limit, {}

    def found(self) -> Iterator[signals.Reading]:
        """What the newest have found."""
        if self._flaws is not None:
            yield float(self._flaws), {}
