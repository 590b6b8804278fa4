"""Who may see and do what with orders, postings and holds."""

from collections.abc import Iterable

from services.erp.domain.keys import CommercialKey, LotKey, OrderKey
from services.kit.access.policy import (
    require_plant,
    require_plants,
    require_scope,
    require_whole_topic,
)
from services.kit.access.principal import Principal

READ, WRITE = "erp:read", "erp:write"
COST = "erp:cost"
"""Amounts of money are withheld without it, on every channel."""
COMMERCIAL = "erp:commercial"
"""Prices, and who the customer is, are withheld without it, on every channel."""
ENFORCE = "delegate"
"""Holds are applied by a service on behalf of people, never by a person directly."""


def may_read(keys: Iterable[OrderKey | CommercialKey | LotKey], *, field: str) -> Principal:
    """Readers of these plants; raises DeniedError naming `field`[i]."""
    principal = require_scope(READ)
    require_plants((key.plant for key in keys), f"{field}[{{}}].plant")
    return principal


def may_list(plant: str, *, field: str = "plant") -> Principal:
    """Readers of the plant; raises DeniedError naming `field`."""
    require_scope(READ)
    return require_plant(plant, field=field)


def sees_costs(principal: Principal) -> bool:
    """Whether amounts of money are shown; where not, the answer says that they are withheld."""
    return COST in principal.scopes


def sees_trade(principal: Principal) -> bool:
    """Whether prices and customers are shown; where not, the answer says that they are withheld."""
    return COMMERCIAL in principal.scopes


def may_recount() -> Principal:
    """Who works for all plants and sees costs."""
    require_scope(COST)
    return may_copy()


def may_copy() -> Principal:
    """Readers of everything: a partition knows no plants."""
    return require_whole_topic(READ, "orders")


def may_post(keys: Iterable[OrderKey]) -> Principal:
    """Writers in the plants of these orders; raises DeniedError naming `postings[i]`."""
    principal = require_scope(WRITE)
    require_plants((key.plant for key in keys), "postings[{}].order.plant")
    return principal


def may_map(plants: Iterable[str], *, write: bool) -> Principal:
    """Who may see (or change) the orders of every plant of a system; raises DeniedError."""
    principal = require_scope(WRITE if write else READ)
    require_plants(plants, "system")
    return principal


def may_watch() -> Principal:
    """Readers; of which plants decides what they see."""
    return require_scope(READ)


def may_enforce(plants: Iterable[str]) -> Principal:
    """The service that composes the others, in these plants."""
    require_scope(WRITE)
    principal = require_scope(ENFORCE)
    require_plants(plants, "holds[{}].lot.plant")
    return principal


def may_ask_erps() -> Principal:
    """The service that composes the others: an ERP is not asked for every reader."""
    require_scope(READ)
    return require_scope(ENFORCE)
