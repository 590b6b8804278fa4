"""What every service's policy is made of: a scope, a plant, a party, or a refusal."""

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


def may_enter(principal: Principal, plant: str) -> bool:
    """Whether rows of `plant` are visible to `principal`."""
    return EVERY_PLANT in principal.plants or plant in principal.plants


def visible_plants(principal: Principal) -> frozenset[str] | None:
    """The plants to filter rows by; None means every plant."""
    return None if EVERY_PLANT in principal.plants else principal.plants
