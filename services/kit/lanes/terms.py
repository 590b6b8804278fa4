"""The terms on which a lane deals with a system: how much at once, for how long, how often."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Self

import msgspec
from msgspec import Meta

from services.kit.errors import InvalidError
from services.kit.lanes.outcome import Capabilities
from services.kit.lanes.systems import System
from services.kit.signals import counter

_TRIES, _PATIENCE, _POLL_SECONDS = 4, 20, 2.0

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
    tries: int = _TRIES
    patience: int = _PATIENCE
    poll_seconds: float = _POLL_SECONDS
    confirm: Callable[[str], bool] = lambda _: False

    @classmethod
    def of(cls, system: System, capabilities: Capabilities) -> Self:
        """From the row's settings ("lane": {"batch", "lease", ...}), else what the system needs.

        Raises InvalidError where the lease would end before a batch of slow requests does.
        """
        own = _read(system)
        shortest = (own.batch + 1) * capabilities.request_timeout
        lease = own.lease or shortest * 1.5
        if lease <= own.batch * capabilities.request_timeout:
            raise InvalidError(
                f"a lease of {lease} s is shorter than {own.batch} requests",
                code="short_lease",
                field="settings.lane.lease",
                hint=f"more than {shortest} s, or a smaller batch",
            )
        return cls(
            own.batch, lease, own.tries, own.patience, own.poll_seconds, confirm=system.confirms
        )

    def confirms(self, warning: str) -> bool:
        """Whether the policy accepts this warning without asking a person."""
        return self.confirm(warning)


_Count = Annotated[int, Meta(ge=1, le=1000)]
_Seconds = Annotated[float, Meta(gt=0, le=86_400)]


class _Own(msgspec.Struct):
    batch: _Count = 20
    lease: _Seconds | None = None
    tries: _Count = _TRIES
    patience: _Count = _PATIENCE
    poll_seconds: _Seconds = _POLL_SECONDS


class _Settings(msgspec.Struct):
    lane: _Own = msgspec.field(default_factory=_Own)
    confirm_warnings: tuple[str, ...] = ()


def _read(system: System) -> _Own:
    """What the row says of its lane; raises InvalidError naming what cannot be."""
    lane = system.settings.get("lane")
    known = _Own.__struct_fields__
    if isinstance(lane, Mapping) and (unknown := sorted(lane.keys() - set(known))):
        raise InvalidError(
            f"a lane has no setting {unknown[0]}",
            code="unknown_setting",
            field=f"settings.lane.{unknown[0]}",
            hint=f"one of {', '.join(known)}",
        )
    try:
        return msgspec.convert(dict(system.settings), _Settings).lane
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise InvalidError(
            f"the lane of {system.id} cannot be so: {what}",
            code="bad_settings",
            field=f"settings.{where.rstrip('`')}",
        ) from error
