"""Movements as they were recorded."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.kit.paging import Page
from services.wms.domain.keys import LotKey, OrderKey, Reference
from services.wms.domain.movement import Movement
from services.wms.domain.stock import Booked


class Numbered(NamedTuple):
    """A movement and its place in the order of recording."""

    no: int
    movement: Movement


class Movements(Protocol):
    """They are only ever added."""

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
