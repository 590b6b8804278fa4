"""The terms on which a lane deals with a system: how much at once, for how long, how often."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from services.kit.errors import InvalidError
from services.kit.lanes.outcome import Capabilities
from services.kit.lanes.systems import System
from services.kit.signals import counter

Notice = Callable[[str, int], None]
"""Told what happened, and how often: metrics in production, evidence in fault tests."""


def metered(system: str) -> Notice:
    """Count as the metric plantmesh.lane.events."""
    events = counter("plantmesh.lane.events")
    return lambda what, count: events.add(count, {"system": system, "what": what})


@dataclass(frozen=True, slots=True)
class Terms:
    """`batch` = heads claimed at once; `lease` and `poll_seconds` in seconds; `tries` of one entry
    within a claim when the version is stale; `patience` = lost answers before a person must look.
    """

    batch: int
    lease: float
    tries: int = 4
    patience: int = 20
    poll_seconds: float = 2.0
    confirm: Callable[[str], bool] = lambda _: False

    @classmethod
    def of(cls, system: System, capabilities: Capabilities) -> Self:
        """From the row's settings ("lane": {"batch", "lease", ...}), else what the system needs.

        Raises InvalidError where the lease would end before a batch of slow requests does.
        """
        own = dict(system.settings.get("lane", {}))
        if unknown := sorted(own.keys() - {"batch", "lease", "tries", "patience", "poll_seconds"}):
            raise InvalidError(
                f"a lane has no setting {unknown[0]}",
                code="unknown_setting",
                field=f"settings.lane.{unknown[0]}",
            )
        batch = int(own.pop("batch", 20))
        shortest = (batch + 1) * capabilities.request_timeout
        lease = float(own.pop("lease", shortest * 1.5))
        if lease <= batch * capabilities.request_timeout:
            raise InvalidError(
                f"a lease of {lease} s is shorter than {batch} requests",
                code="short_lease",
                field="settings.lane.lease",
                hint=f"more than {shortest} s, or a smaller batch",
            )
        return cls(batch, lease, confirm=system.confirms, **own)

    def confirms(self, warning: str) -> bool:
        """Whether the policy accepts this warning without asking a person."""
        return self.confirm(warning)
