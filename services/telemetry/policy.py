"""Who may see machines, whichever way they come: a scope, and the plant their path begins with."""

from collections.abc import Sequence

from services.kit.access.policy import require_plants, require_scope, require_whole_topic
from services.kit.access.principal import Principal

READ = "telemetry:read"


def may_read(plants: Sequence[str], field: str) -> Principal:
    """Who asks, if they may see all of `plants`; `field` has a place for the position."""
    principal = require_scope(READ)
    require_plants(plants, field)
    return principal


def may_copy() -> Principal:
    """Who asks, if they may have everything: a partition knows no plants."""
    return require_whole_topic(READ, "machines")
