"""Who may see and move stock, whichever way they come: a scope, and the plants."""

from collections.abc import Sequence

from services.kit.access.policy import require_plant, require_scope
from services.kit.access.principal import EVERY_PLANT, Principal
from services.kit.errors import DeniedError

READ, WRITE = "wms:read", "wms:write"
ENFORCE = "delegate"
"""Quality's holds come through the service that composes the others: a storekeeper lifts none."""


def may_read(plants: Sequence[str], field: str) -> Principal:
    """Who asks, if they may see all of `plants`; `field` has a place for the position."""
    return _may(READ, plants, field)


def may_move(plants: Sequence[str], field: str) -> Principal:
    """Who asks, if they may move stock in all of `plants`."""
    return _may(WRITE, plants, field)


def may_enforce(plants: Sequence[str], field: str) -> Principal:
    """Who asks, if they may apply and lift holds in all of `plants`."""
    require_scope(WRITE)
    return _may(ENFORCE, plants, field)


def may_copy() -> Principal:
    """Who asks, if they may have everything: a partition knows no plants."""
    principal = require_scope(READ)
    if EVERY_PLANT not in principal.plants:
        raise DeniedError(
            "a snapshot holds every plant's stock",
            code="foreign_plant",
            field="partition",
            hint="only services that work for all plants copy whole topics",
        )
    return principal


def _may(scope: str, plants: Sequence[str], field: str) -> Principal:
    principal = require_scope(scope)
    for position, plant in enumerate(plants):
        require_plant(plant, field=field.format(position))
    return principal
