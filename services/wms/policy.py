"""Who may see and move stock, whichever way they come: a scope, and the plants."""

from collections.abc import Sequence

from services.kit.access.policy import require_every_plant, require_plants, require_scope
from services.kit.access.principal import Principal, current_principal

READ, WRITE = "wms:read", "wms:write"
ENFORCE = "delegate"
"""Quality's holds come through the service that composes the others: a storekeeper lifts none."""
RECALL = "mes:recall"
"""Who stock went to is withheld without it, on every channel, as mes withholds who lots went to."""
COMMERCIAL = "erp:commercial"
"""Who may know customers from their orders may know them from deliveries."""


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


def may_know_customers() -> bool:
    """Whether who asks may know who stock went to; others see that it is withheld."""
    return not current_principal().scopes.isdisjoint({RECALL, COMMERCIAL})


def may_copy() -> Principal:
    """Who asks, if they may have everything: a partition knows no plants."""
    return _may_all(READ, "a snapshot holds every plant's stock", "partition")


def may_recount(*, repair: bool) -> Principal:
    """Who asks, if they may have every plant's balances counted, or put right."""
    return _may_all(WRITE if repair else READ, "a recount goes through every plant", "cursor")


def _may_all(scope: str, why: str, field: str) -> Principal:
    require_scope(scope)
    hint = "only who works for all plants may ask for it"
    return require_every_plant(why, field=field, hint=hint)


def _may(scope: str, plants: Sequence[str], field: str) -> Principal:
    principal = require_scope(scope)
    require_plants(plants, field)
    return principal
