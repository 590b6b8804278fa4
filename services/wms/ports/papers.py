"""What is kept of stock beside how much is where: promises, handling units and counts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.kit.paging import Page
from services.wms.domain.demand import Demand, Reservation, ReservationKey, Use
from services.wms.domain.handling_unit import HandlingUnit
from services.wms.domain.keys import OrderKey, Reference
from services.wms.domain.place import Place
from services.wms.domain.stock import Balance, Booked
from services.wms.domain.stock_count import CountKey, StockCount


class PackedUnit(NamedTuple):
    """A handling unit with what is in it; of one that went to a customer, what was."""

    unit: HandlingUnit
    contents: Sequence[Balance]


class Reservations(Protocol):
    """What is promised."""

    async def get(self, keys: Collection[ReservationKey]) -> dict[ReservationKey, Reservation]:
        """Those that were made, locked in the order of their keys."""
        ...

    async def look(self, keys: Collection[ReservationKey]) -> dict[ReservationKey, Reservation]:
        """Those that were made, as they are now."""
        ...

    async def touching(
        self, places: Collection[Place], references: Collection[Reference]
    ) -> set[ReservationKey]:
        """Those that promise any of the places, or that any of these movements used."""
        ...

    async def used(self, references: Collection[Reference]) -> dict[Reference, Sequence[Use]]:
        """What each movement took of them."""
        ...

    async def note(self, booked: Sequence[Booked]) -> None:
        """What these movements took, or gave back."""
        ...

    async def add(self, made: Sequence[Reservation], at: datetime) -> None:
        """New ones; raises ConflictError when a number was taken meanwhile."""
        ...

    async def save(self, changed: Mapping[ReservationKey, Reservation], at: datetime) -> None:
        """Their parts and whether they are released; the rows are locked."""
        ...

    async def of_orders(self, orders: Collection[OrderKey]) -> dict[OrderKey, list[Reservation]]:
        """Those for each order that has any, by number."""
        ...

    async def page(self, plant: str, demand: Demand, page: Page) -> Sequence[Reservation]:
        """One more than the page's size at most, by number; an empty demand is any."""
        ...


class Units(Protocol):
    """Handling units; whoever moves what is in one locks it first."""

    async def open(self, ssccs: Collection[str]) -> dict[str, HandlingUnit]:
        """Those that exist, locked in the order of their SSCC."""
        ...

    async def look(self, ssccs: Collection[str]) -> dict[str, HandlingUnit]:
        """Those that exist, as they are now."""
        ...

    async def below(self, ssccs: Collection[str]) -> set[str]:
        """These and all that are nested in them."""
        ...

    async def above(self, ssccs: Collection[str]) -> set[str]:
        """These and all that they are nested in."""
        ...

    async def shipped(self, ssccs: Collection[str]) -> dict[str, list[Balance]]:
        """What was issued out of each and not taken back, by place."""
        ...

    async def number(self, prefix: str, count: int) -> int:
        """Take the next `count` serial numbers of a prefix; the first of them."""
        ...

    async def add(self, units: Sequence[HandlingUnit]) -> None:
        """New ones; raises ConflictError naming `units[i].sscc` of one that exists."""
        ...

    async def save(self, units: Sequence[HandlingUnit]) -> None:
        """As they are now; the rows are locked."""
        ...

    async def page(self, plant: str, page: Page) -> Sequence[HandlingUnit]:
        """One more than the page's size at most, by SSCC."""
        ...


class Counts(Protocol):
    """Documents of physical inventory."""

    async def get(
        self, keys: Collection[CountKey], *, lock: bool = False
    ) -> dict[CountKey, StockCount]:
        """Those that were planned."""
        ...

    async def add(self, count: StockCount) -> None:
        """A new one; raises ConflictError when its number was taken meanwhile."""
        ...

    async def save(self, count: StockCount) -> None:
        """As it is now; the row is locked."""
        ...

    async def page(self, plant: str, page: Page) -> Sequence[StockCount]:
        """One more than the page's size at most, by number."""
        ...
