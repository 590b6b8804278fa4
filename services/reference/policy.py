"""Who may see and do what with master data. What holds everywhere belongs to every plant."""

from collections.abc import Iterable

from services.kit.access.policy import require_plant, require_scope
from services.kit.access.principal import EVERY_PLANT, Principal, current_principal
from services.kit.errors import DeniedError

READ, WRITE, COST = "reference:read", "reference:write", "reference:cost"
Place = tuple[str, str]
"""A plant ("" for all of them) and the field that names it."""


def may_read(places: Iterable[Place] = ()) -> Principal:
    """Readers of these plants; what holds everywhere is everybody's to read."""
    principal = require_scope(READ)
    for plant, field in places:
        if plant:
            require_plant(plant, field=field)
    return principal


def may_write(places: Iterable[Place]) -> Principal:
    """Writers in these plants; only who works for all of them changes what holds everywhere."""
    principal = require_scope(WRITE)
    for plant, field in places:
        if plant:
            require_plant(plant, field=field)
        elif EVERY_PLANT not in principal.plants:
            raise _every_plant_needed("this holds in every plant", field)
    return principal


def may_price() -> Principal:
    """Who may set what things cost."""
    return require_scope(COST)


def may_see_costs() -> bool:
    """Whether the caller is told what things cost; others see that it is withheld."""
    return COST in current_principal().scopes


def may_copy() -> Principal:
    """Readers of everything: a partition knows no plants."""
    principal = require_scope(READ)
    if EVERY_PLANT not in principal.plants:
        raise _every_plant_needed("a snapshot holds every plant's data", "partition")
    return principal


def may_report() -> Principal:
    """Who reads outside systems for all plants, and says what waits for codes of theirs."""
    principal = require_scope(READ)
    if EVERY_PLANT not in principal.plants:
        raise _every_plant_needed("a system may serve every plant", "system")
    return principal


def _every_plant_needed(reason: str, field: str) -> DeniedError:
    return DeniedError(
        reason, code="foreign_plant", field=field, hint="ask somebody who works for all plants"
    )
