"""Who may see machines, whichever way they come: a scope, and the plant their path begins with."""

from collections.abc import Sequence

from services.kit.access.policy import require_plant, require_scope
from services.kit.access.principal import EVERY_PLANT, Principal
from services.kit.errors import DeniedError

READ = "telemetry:read"


def may_read(plants: Sequence[str], field: str) -> Principal:
    """Who asks, if they may see all of `plants`; `field` has a place for the position."""
    principal = require_scope(READ)
    for position, plant in enumerate(plants):
        require_plant(plant, field=field.format(position))
    return principal


def may_copy() -> Principal:
    """Who asks, if they may have everything: a partition knows no plants."""
    principal = require_scope(READ)
    if EVERY_PLANT not in principal.plants:
        raise DeniedError(
            "a snapshot holds every plant's machines",
            code="foreign_plant",
            field="partition",
            hint="only services that work for all plants copy whole topics",
        )
    return principal
