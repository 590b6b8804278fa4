"""What every service's policy is made of: a scope, a plant, a party, or a refusal."""

from collections.abc import Iterable

from services.kit.access.principal import EVERY_PLANT, Principal, current_principal
from services.kit.errors import DeniedError


def require_scope(scope: str) -> Principal:
    """The principal, if their token carries `scope`; raises DeniedError."""
    principal = current_principal()
    if scope not in principal.scopes:
        raise DeniedError(
            f"this needs the scope {scope}",
            code="scope_required",
            hint="sign in with an account that has it",
        )
    return principal


def require_any_scope(*scopes: str) -> Principal:
    """The principal, if their token carries one of them; raises DeniedError naming the first."""
    principal = current_principal()
    return principal if principal.scopes & {*scopes} else require_scope(scopes[0])


def require_plant(plant: str, *, field: str = "plant") -> Principal:
    """The principal, if they may work in `plant`; raises DeniedError naming `field`."""
    principal = current_principal()
    if not may_enter(principal, plant):
        raise DeniedError(
            f"no access to plant {plant[:40]}",
            code="foreign_plant",
            field=field,
            hint="ask an administrator of that plant",
        )
    return principal


def require_plants(plants: Iterable[str], field: str) -> None:
    """Raises DeniedError for the first of `plants` in which the principal may not work.

    `field` has a place for its position.
    """
    for position, plant in enumerate(plants):
        require_plant(plant, field=field.format(position))


def require_every_plant(why: str, *, field: str, hint: str) -> Principal:
    """The principal, if they work for all plants; raises DeniedError that says `why` they must."""
    principal = current_principal()
    if EVERY_PLANT not in principal.plants:
        raise DeniedError(why, code="foreign_plant", field=field, hint=hint)
    return principal


def require_whole_topic(scope: str, told: str) -> Principal:
    """The principal, if they may have a snapshot of what is `told`: a partition knows no plants."""
    require_scope(scope)
    return require_every_plant(
        f"a snapshot holds every plant's {told}",
        field="partition",
        hint="only services that work for all plants copy whole topics",
    )


def may_enter(principal: Principal, plant: str) -> bool:
    """Whether rows of `plant` are visible to `principal`."""
    return EVERY_PLANT in principal.plants or plant in principal.plants


def visible_plants(principal: Principal) -> frozenset[str] | None:
    """The plants to filter rows by; None means every plant."""
    return None if EVERY_PLANT in principal.plants else principal.plants
