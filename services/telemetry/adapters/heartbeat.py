"""Whether a collector leads, judged as a contender does: by a lease that moves."""

from services.kit.clock import Clock
from services.kit.elector import Lease, Pace, Seen
from services.kit.lease import LeaseRow
from services.kit.rounds import Rounds
from services.kit.service import Service
from services.telemetry.adapters.forwarder import LEASE

_LOOK_SECONDS = 1.0

_PATIENCE = 2 * Pace().takeover
"""Seconds; a hand-over to another replica is no silence."""


class LeaseHeartbeat:
    """ports.Heartbeat, as of the last look; unheard until the lease was seen to move."""

    def __init__(self, lease: Lease, clock: Clock) -> None:
        self._lease = lease
        self._clock = clock
        self._seen: Seen | None = None
        self._moved: float | None = None

    async def look(self) -> None:
        """See whether it moved since the last look; raises UnavailableError."""
        now = await self._lease.read()
        if self._seen and now != self._seen:
            self._moved = self._clock.monotonic()
        self._seen = now

    @property
    def heard(self) -> bool:
        """Somebody renewed it a moment ago, and nobody gave it back."""
        if self._seen is None or self._seen.free or self._moved is None:
            return False
        return self._clock.monotonic() - self._moved < _PATIENCE


def add_heartbeat(service: Service, clock: Clock) -> LeaseHeartbeat:
    """Listen for the collectors of all replicas."""
    lease = LeaseRow(service.store, LEASE)
    heartbeat = LeaseHeartbeat(lease, clock)
    service.closing(lease.drop)
    service.add("heartbeat", Rounds(heartbeat.look, seconds=_LOOK_SECONDS), reports=True)
    return heartbeat
