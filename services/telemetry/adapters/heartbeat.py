"""Whether a plant's collector leads, judged as a contender does: by a term that beats."""

from collections.abc import Iterator

from services.kit import signals
from services.kit.clock import Clock
from services.kit.elector import Pace
from services.kit.rounds import Rounds
from services.kit.service import Service
from services.kit.store import Store
from services.telemetry.ports import Terms

_LOOK_SECONDS = 1.0

_PATIENCE = 2 * Pace().takeover
"""Seconds; a hand-over to another replica is no silence."""


class TermHeartbeat:
    """ports.Heartbeat, as of the last look; a plant is unheard until its term was seen to beat."""

    def __init__(self, store: Store, terms: Terms, clock: Clock) -> None:
        self._store = store
        self._terms = terms
        self._clock = clock
        self._seen: dict[str, tuple[int, int]] | None = None
        self._moved: dict[str, float] = {}
        signals.observe("plantmesh.telemetry.heard", self.readings)

    async def look(self) -> None:
        """See which terms beat since the last look; raises UnavailableError."""
        async with self._store.work():
            now = await self._terms.beats()
        if self._seen is not None:
            moved = [plant for plant, beat in now.items() if beat != self._seen.get(plant)]
            self._moved |= dict.fromkeys(moved, self._clock.monotonic())
        self._seen = now

    def heard(self, plant: str) -> bool:
        """Its term beat a moment ago."""
        moved = self._moved.get(plant)
        return moved is not None and self._clock.monotonic() - moved < _PATIENCE

    def readings(self) -> Iterator[signals.Reading]:
        """Whether each plant with a collector is heard."""
        for plant in self._seen or ():
            yield float(self.heard(plant)), {"plant": plant}


def add_heartbeat(service: Service, terms: Terms, clock: Clock) -> TermHeartbeat:
    """Listen for the collectors of all plants."""
    heartbeat = TermHeartbeat(service.store, terms, clock)
    service.add("heartbeat", Rounds(heartbeat.look, seconds=_LOOK_SECONDS), reports=True)
    return heartbeat
