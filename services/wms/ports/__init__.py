"""What the use cases need: books that are read and written in batches, within one unit of work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from services.kit.clock import Clock
from services.kit.measures import ItemLot, Measured
from services.wms.domain.demand import Reservation
from services.wms.domain.stock import Booked
from services.wms.domain.stock_count import StockCount
from services.wms.ports.balances import Balances, Change, Drift
from services.wms.ports.lots import Link, Lots
from services.wms.ports.movements import Movements, Numbered
from services.wms.ports.papers import Counts, PackedUnit, Reservations, Units
from services.wms.ports.scopes import Scopes

__all__ = [
    "Balances",
    "Books",
    "Change",
    "Counts",
    "Drift",
    "Fact",
    "Facts",
    "Items",
    "Link",
    "Lots",
    "Movements",
    "Numbered",
    "PackedUnit",
    "Reservations",
    "Scopes",
    "Units",
]

Fact: TypeAlias = Booked | Reservation | PackedUnit | StockCount


class Items(Protocol):
    """Our copy of what items, and lots that were measured, are counted in."""

    async def measures(self, wanted: Mapping[ItemLot, str]) -> Measured:
        """Of these; raises NotFoundError naming the field (its value) of an unknown item."""
        ...


class Facts(Protocol):
    """Where facts go to be told."""

    def tell(self, fact: Fact) -> None:
        """When the unit of work commits, after what was told before."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """All of it, and the time. Locks are taken in this order: units, lots, reservations."""

    items: Items
    lots: Lots
    scopes: Scopes
    movements: Movements
    balances: Balances
    reservations: Reservations
    units: Units
    counts: Counts
    facts: Facts
    clock: Clock
