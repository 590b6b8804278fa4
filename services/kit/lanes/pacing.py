"""How fast one system may be asked, shared by all replicas: token bucket, breaker, pacing.

    closed    requests flow at `rate`; it climbs to `ceiling` a little every second
    429       the rate is halved and the ceiling lowered, once a second; all pause for Retry-After
    failure   all pause, longer each time; then one probe goes out at a time until one succeeds

The ceiling remembers what the system refused, so that an adapted lane meets no further 429; after
an hour without one it is raised again by a tenth. Every time is the database's.
"""

from dataclasses import dataclass

from services.kit.lanes.queue import Connection
from services.kit.store import Work

FIRST_PAUSE = 0.25
"""Seconds after the first failure; doubled by each further one."""
LONGEST_PAUSE = 30.0
BURST = 0.1
"""Seconds of the rate that may be saved up."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Requests that may be sent now. `healthy` = nothing to learn from success."""

    requests: int
    probe: bool = False
    healthy: bool = True


@dataclass(frozen=True, slots=True)
class Experience:
    """What one batch met: requests not needed, and how the system answered."""

    unused: int = 0
    answered: bool = False
    failure: str = ""
    throttled: bool = False
    retry_after: float = 0.0


async def troubles(work: Work) -> dict[str, str]:
    """Why systems do not answer, by their ids; those that do are left out."""
    rows = await work.sql("SELECT system, reason FROM lane_pace WHERE failures > 0 ORDER BY system")
    return dict(rows)


class Pace:
    """The pace of one system. `longest_pause` bounds how late a recovery is noticed; a probe whose
    worker died is forgotten after `probe_seconds`.
    """

    def __init__(
        self, system: str, *, probe_seconds: float = 60.0, longest_pause: float = LONGEST_PAUSE
    ) -> None:
        self.system = system
        self.probe_seconds = probe_seconds
        self.longest_pause = longest_pause

    async def take(self, connection: Connection, want: int) -> Allowance:
        """Take up to `want` requests from the shared budget; none while paused or probed."""
        cursor = await connection.execute(
            "WITH pace AS (SELECT *, clock_timestamp() AS now FROM lane_pace"
            "  WHERE system = %(system)s FOR UPDATE),"
            " filled AS (SELECT *, least(greatest(rate * %(burst)s, 2), tokens + rate * greatest(0,"
            "  extract(epoch FROM now - filled_at)::float8)) AS level FROM pace),"
            " granted AS (SELECT *, CASE"
            "  WHEN now < paused_until OR level < 1 THEN 0"
            "  WHEN failures > 0 THEN (now >= probe_until)::int"
            "  ELSE least(%(want)s, floor(level))::int END AS n FROM filled)"
            " UPDATE lane_pace p SET tokens = g.level - g.n,"
            "  filled_at = greatest(g.filled_at, g.now),"
            "  probe_until = CASE WHEN g.failures > 0 AND g.n > 0"
            "   THEN g.now + %(probe)s * interval '1 second' ELSE g.probe_until END"
            " FROM granted g WHERE p.system = g.system"
            " RETURNING g.n, g.failures > 0 AND g.n > 0, g.failures = 0 AND g.rate >= g.ceiling"
            "  AND g.taught_at IS NULL",
            {"system": self.system, "want": want, "burst": BURST, "probe": self.probe_seconds},
        )
        row = await cursor.fetchone()
        return Allowance(*row) if row else Allowance(0)

    async def settle(self, connection: Connection, allowance: Allowance, met: Experience) -> None:
        """Return what was not needed and let all replicas learn from what this batch met."""
        if allowance.healthy and not met.unused and met.answered and not met.failure:
            return
        await connection.execute(
            self._SETTLE,
            {
                "system": self.system,
                "unused": met.unused,
                "probe": allowance.probe,
                "answered": met.answered,
                "failure": met.failure,
                "throttled": met.throttled,
                "retry_after": met.retry_after,
                "first": FIRST_PAUSE,
                "longest": self.longest_pause,
            },
        )

    _SETTLE = """
        WITH pace AS (SELECT *, clock_timestamp() AS now,
            %(throttled)s AND coalesce(taught_at < clock_timestamp() - interval '1 second', true)
              AS slower,
            %(failure)s <> '' AND NOT %(throttled)s AS failed
          FROM lane_pace WHERE system = %(system)s FOR UPDATE),
        learnt AS (SELECT *,
            CASE WHEN slower THEN least(ceiling, greatest(rate * 0.8, 1))
              WHEN taught_at < now - interval '1 hour' THEN ceiling * 1.1
              ELSE ceiling END AS highest,
            CASE WHEN failed THEN failures + 1 WHEN %(answered)s THEN 0
              ELSE failures END AS failed_n
          FROM pace)
        UPDATE lane_pace p SET
          tokens = CASE WHEN l.slower THEN 0 ELSE l.tokens + %(unused)s END,
          ceiling = least(l.highest, s.budget),
          taught_at = CASE WHEN l.slower OR l.highest > l.ceiling THEN l.now ELSE l.taught_at END,
          rate = CASE WHEN l.slower THEN greatest(l.rate * 0.5, 1)
            WHEN %(throttled)s THEN l.rate ELSE
            least(l.highest, s.budget, l.rate + l.highest * 0.05 * greatest(0,
              extract(epoch FROM l.now - l.settled_at)::float8)) END,
          settled_at = greatest(l.settled_at, l.now),
          failures = l.failed_n,
          reason = CASE WHEN %(failure)s <> '' THEN %(failure)s
            WHEN l.failed_n = 0 THEN '' ELSE l.reason END,
          probe_until = CASE WHEN %(probe)s THEN '-infinity' ELSE l.probe_until END,
          paused_until = CASE WHEN l.failed OR %(throttled)s THEN greatest(l.paused_until,
            l.now + interval '1 second' * greatest(%(retry_after)s::float8, CASE WHEN l.failed THEN
              least(%(longest)s::float8, %(first)s::float8 * 2 ^ least(l.failures, 20)) ELSE 0 END))
            ELSE l.paused_until END
        FROM learnt l JOIN systems s ON s.id = l.system WHERE p.system = l.system"""
