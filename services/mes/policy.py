"""Who may see and change what in mes, whichever way they come: a scope, and the plants."""

from collections.abc import Sequence

from services.kit.access.policy import require_plants, require_scope, require_whole_topic
from services.kit.access.principal import EVERY_PLANT, Principal, current_principal

READ, WRITE, PEOPLE = "mes:read", "mes:write", "mes:people"
RECALL = "mes:recall"
"""Who a lot went to is withheld without it, on every channel, as erp withholds its customers."""
COMMERCIAL = "erp:commercial"
"""Who may know customers from their orders may know them from shipments."""
ENFORCE = "delegate"
"""Quality's holds come through the service that composes the others: the line lifts none."""


def may_read(plants: Sequence[str], field: str) -> Principal:
    """Who asks, if they may see all of `plants`; `field` has a place for the position."""
    return _may(READ, plants, field)


def may_write(plants: Sequence[str], field: str) -> Principal:
    """Who asks, if they may change things in all of `plants`."""
    return _may(WRITE, plants, field)


def may_enforce(plants: Sequence[str], field: str) -> Principal:
    """Who asks, if they may apply and lift holds in all of `plants`."""
    require_scope(WRITE)
    return _may(ENFORCE, plants, field)


def plants_of(principal: Principal) -> list[str] | None:
    """Whose lots a trace may show; None are all."""
    return None if EVERY_PLANT in principal.plants else sorted(principal.plants)


def may_know_people() -> bool:
    """Whether who asks may know operators by name; everybody else has their pseudonyms."""
    return PEOPLE in current_principal().scopes


def may_know_customers() -> bool:
    """Whether who asks may know who lots went to; others see that it is withheld."""
    return not current_principal().scopes.isdisjoint({RECALL, COMMERCIAL})


def may_copy() -> Principal:
    """Who asks, if they may have everything: a partition knows no plants."""
    return require_whole_topic(READ, "orders")


def _may(scope: str, plants: Sequence[str], field: str) -> Principal:
    principal = require_scope(scope)
    require_plants(plants, field)
    return principal
