"""An outside system as a source of news, and how fresh they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Source:
    """How fresh an ERP's orders are. Times None: never yet.

    `heard_at` = it last answered, `tried_at` = it was last asked, `changed_at` = its own time of
    the newest change, which came at `received_at`. `reason` = why it did not answer;
    `not_read` = kinds of orders that it does not offer, and why.
    """

    system: str
    enabled: bool
    interval_seconds: float
    tried_at: datetime | None
    heard_at: datetime | None
    changed_at: datetime | None
    received_at: datetime | None
    reason: str | None
    silent_seconds: float | None
    lag_seconds: float | None
    not_read: Mapping[str, str] = field(default_factory=dict)

    @property
    def stale(self) -> bool:
        """Not heard for longer than its interval."""
        silent = self.silent_seconds
        return self.enabled and (silent is None or silent > self.interval_seconds)
