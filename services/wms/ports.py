"""What the use cases need: books that are read and written in batches, within one unit of work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from services.kit.clock import Clock
from services.kit.paging import Page
from services.kit.quantity import Measures, Quantity
from services.wms.domain.hold import Hold
from services.wms.domain.keys import LotKey, OrderKey, Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place
from services.wms.domain.stock import Balance, Booked


class Numbered(NamedTuple):
    """A movement and its place in the order of recording."""

    no: int
    movement: Movement


class Drift(NamedTuple):
    """A balance that is not the fold of its movements; None where there is no balance at all."""

    place: Place
    kept: Quantity | None
    counted: Quantity | None


class Items(Protocol):
    """Our copy of the item master."""

    async def measures(self, wanted: Mapping[str, str]) -> dict[str, Measures]:
        """The units of each; raises NotFoundError naming the field (its value) of an unknown."""
        ...


class Lots(Protocol):
    """Lots and the holds on them; whoever moves or holds a lot locks it first."""

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, list[str]]:
        """All of them, locked in the order of their keys: holds in force on each, sorted."""
        ...

    async def holds(self, keys: Collection[LotKey]) -> dict[LotKey, list[str]]:
        """Holds in force on those that have any, sorted."""
        ...

    async def hold(self, holds: Sequence[Hold]) -> None:
        """Keep each where its version is higher than the one kept; the lots are locked."""
        ...


class Movements(Protocol):
    """Movements as they were recorded; they are only ever added."""

    async def find(self, references: Collection[Reference]) -> dict[Reference, Movement]:
        """Those that were recorded."""
        ...

    async def reversals(self, references: Collection[Reference]) -> dict[Reference, Reference]:
        """What took each of them back, where something did."""
        ...

    async def add(self, booked: Sequence[Booked], at: datetime) -> None:
        """New ones; raises ConflictError when a reference was taken for another lot meanwhile."""
        ...

    async def page(self, plant: str, page: Page) -> Sequence[Numbered]:
        """One more than the page's size at most, in the order of recording."""
        ...

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """The lots received from production for each order."""
        ...


class Balances(Protocol):
    """How much is where: the fold of the movements, kept with them."""

    async def get(self, places: Collection[Place]) -> dict[Place, Quantity]:
        """Those that were ever touched."""
        ...

    async def of_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Balance]]:
        """Of each lot, those that are not empty, by location and status."""
        ...

    async def page(self, plant: str, item_no: str, page: Page) -> Sequence[Balance]:
        """One more than the page's size at most, by place, none of them empty; "" is any item."""
        ...

    async def walk(self, after: Place | None) -> Sequence[Balance]:
        """The next few hundred of all plants that are not empty, by place; none at the end."""
        ...

    async def change(self, changes: Mapping[Place, Quantity], at: datetime) -> None:
        """Add to each; the lots are locked."""
        ...

    async def rebuild(self) -> Sequence[Drift]:
        """Make every balance the fold of its movements; those that were not.

        Movements wait until this commits, reads do not.
        """
        ...


class Facts(Protocol):
    """Where facts go to be told."""

    def tell(self, fact: Booked) -> None:
        """When the unit of work commits, after what was told before."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """All of it, and the time."""

    items: Items
    lots: Lots
    movements: Movements
    balances: Balances
    facts: Facts
    clock: Clock
