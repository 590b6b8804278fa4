"""How far the edge buffer of this replica is behind, for its gauges."""

from collections.abc import Iterator

from services.kit import signals
from services.kit.clock import Clock
from services.telemetry.adapters.buffer import Buffer


class Backlog:
    """What waited in `buffer` when it was last looked at."""

    def __init__(self, buffer: Buffer, clock: Clock) -> None:
        self._buffer = buffer
        self._clock = clock
        self._waiting, self._age = 0, 0.0
        signals.observe("plantmesh.telemetry.waiting", self.depth)
        signals.observe("plantmesh.telemetry.waiting_age", self.age)

    async def look(self) -> None:
        """Renew what the gauges show; raises UnavailableError."""
        self._waiting, oldest = await self._buffer.standing()
        age = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
        self._age = max(age, 0.0)

    def depth(self) -> Iterator[signals.Reading]:
        """How many reports."""
        yield self._waiting, {}

    def age(self) -> Iterator[signals.Reading]:
        """Of the oldest, in seconds."""
        yield self._age, {}
