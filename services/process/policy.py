"""Who may see what orders wait for, and wake them."""

from collections.abc import Iterable

from services.kit.access.policy import (
    require_plant,
    require_plants,
    require_scope,
    require_whole_topic,
)
from services.kit.access.principal import Principal
from services.process.domain.keys import OrderKey

READ, WRITE = "process:read", "process:write"


def may_read(orders: Iterable[OrderKey], field: str = "orders[{}].plant") -> Principal:
    """Readers in the plants of these orders; `field` has a place for the position."""
    return _may(READ, orders, field)


def may_wake(orders: Iterable[OrderKey]) -> Principal:
    """Those who may act in the plants of these orders."""
    return _may(WRITE, orders, "orders[{}].plant")


def may_see(plant: str) -> Principal:
    """Readers of the plant."""
    require_scope(READ)
    return require_plant(plant, field="plant")


def may_act() -> Principal:
    """Those who may act in some plant."""
    return require_scope(WRITE)


def may_wake_in(flows: Iterable[tuple[int, str]]) -> None:
    """Those who may act in the plant of each flow, given with its place in the request."""
    for place, plant in flows:
        require_plant(plant, field=f"flows[{place}]")


def may_watch() -> Principal:
    """Readers; of which plants decides what they see."""
    return require_scope(READ)


def may_reconcile(plant: str) -> Principal:
    """Those who may act in the plant."""
    require_scope(WRITE)
    return require_plant(plant, field="plant")


def may_copy() -> Principal:
    """Who asks, if they may have everything: a partition knows no plants."""
    return require_whole_topic(READ, "orders")


def _may(scope: str, orders: Iterable[OrderKey], field: str) -> Principal:
    principal = require_scope(scope)
    require_plants((order.plant for order in orders), field)
    return principal
