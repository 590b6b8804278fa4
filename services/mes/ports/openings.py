"""What was loaded of a plant that already ran, and what was reported here beside it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol, TypeVar

from services.mes.domain.keys import OrderKey
from services.mes.domain.opening import Loaded, OpenEdge, OpenLot, OpenOperation, Opens

T = TypeVar("T", bound=Opens)


class Openings(Protocol[T]):
    """Rows of one kind; who writes them holds the locks of what they open."""

    async def get(self, rows: Collection[T]) -> dict[str, Loaded[T]]:
        """Of these names those that were loaded."""
        ...

    async def put(self, loaded: Sequence[Loaded[T]]) -> None:
        """As they are now."""
        ...

    async def page(self, plant: str, after: T | None) -> Sequence[T]:
        """The next few hundred rows of a plant, by name; none at the end."""
        ...


class Until(NamedTuple):
    """An operation of an order, up to a moment; None is up to now."""

    order: OrderKey
    operation: int
    moment: datetime | None


class Reported(Protocol):
    """What confirmations say."""

    async def until(self, wanted: Collection[Until]) -> dict[Until, tuple[Decimal, ...]]:
        """Good, scrap and rework that the floor reported of each, in the order's unit, if any."""
        ...


class Floor(NamedTuple):
    """All that openings are kept in."""

    orders: Openings[OpenOperation]
    lots: Openings[OpenLot]
    edges: Openings[OpenEdge]
    reported: Reported
