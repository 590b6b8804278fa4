"""Who may see and decide what in quality, whichever way they come: a scope, and the plants."""

from collections.abc import Sequence

from services.kit.access.policy import require_plant, require_scope, require_whole_topic
from services.kit.access.principal import Principal

READ, WRITE = "quality:read", "quality:write"
COMPOSE = "delegate"
"""Output and what holds have come to are told by the service that composes the others."""

Plants = Sequence[str | None]
"""By position in the request; None where what is named does not exist."""


def may_read(plants: Plants, field: str) -> Principal:
    """Who asks, if they may see all of `plants`; `field` has a place for the position."""
    return _within(require_scope(READ), plants, field)


def may_decide(plants: Plants, field: str) -> Principal:
    """Who asks, if they may record, decide and hold in all of `plants`."""
    return _within(require_scope(WRITE), plants, field)


def may_report(plants: Plants, field: str) -> Principal:
    """Who asks, if it is the service that composes the others, in all of `plants`."""
    require_scope(WRITE)
    return _within(require_scope(COMPOSE), plants, field)


def may_copy() -> Principal:
    """Who asks, if they may have everything: a partition knows no plants."""
    return require_whole_topic(READ, "inspections")


def _within(principal: Principal, plants: Plants, field: str) -> Principal:
    for position, plant in enumerate(plants):
        if plant is not None:
            require_plant(plant, field=field.format(position))
    return principal
