"""Who may see and do what with master data. What holds everywhere belongs to every plant."""

from collections.abc import Iterable

from services.kit.access.policy import require_every_plant, require_plant, require_scope
from services.kit.access.principal import Principal, current_principal

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
        else:
            _require_every_plant("this holds in every plant", field)
    return principal


def may_price() -> Principal:
    """Who may set what things cost."""
    return require_scope(COST)


def may_see_costs() -> bool:
    """Whether the caller is told what things cost; others see that it is withheld."""
    return COST in current_principal().scopes


def may_copy() -> Principal:
    """Readers of everything: a partition knows no plants."""
    require_scope(READ)
    return _require_every_plant("a snapshot holds every plant's data", "partition")


def may_report() -> Principal:
    """Who reads outside systems for all plants, and says what waits for codes of theirs."""
    require_scope(READ)
    return _require_every_plant("a system may serve every plant", "system")


def _require_every_plant(why: str, field: str) -> Principal:
    return require_every_plant(why, field=field, hint="ask somebody who works for all plants")
