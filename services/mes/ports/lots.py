"""Lots, and what was done to them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.kit.paging import Page
from services.mes.domain.handling import Entry, Handling
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey, ReportKey
from services.mes.domain.lot import Lot, Sought


class Lots(Protocol):
    """Lots and the holds on them."""

    async def get(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Those that are known."""
        ...

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """All of them, locked in the order of their keys; an unknown one becomes known."""
        ...

    async def page(self, plant: str, page: Page, sought: Sought) -> Sequence[Lot]:
        """One more than the page's size at most, by item and lot number."""
        ...

    async def save(self, lots: Collection[Lot]) -> None:
        """All of locked ones but their holds, which go through `hold`; their versions rise."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[LotKey]:
        """Some whose time has run out and of which nobody has taken note."""
        ...

    async def inherited(self) -> Sequence[Hold]:
        """Every hold in force that was passed on to the lot, by lot."""
        ...

    async def hold(self, holds: Sequence[Hold]) -> None:
        """Keep each where its version is higher than the one kept; the lots are locked."""
        ...


class Performed(NamedTuple):
    """An operation that was carried out: its content's fingerprint, and what moved."""

    fingerprint: str
    entries: Sequence[Entry]


class Operations(Protocol):
    """Operations on lots; they are only ever added."""

    async def find(self, keys: Collection[ReportKey]) -> dict[ReportKey, Performed]:
        """Those that are known."""
        ...

    async def add(self, done: Sequence[Handling]) -> None:
        """New ones; raises ConflictError when an id was taken meanwhile."""
        ...

    async def void(self, keys: Collection[ReportKey]) -> None:
        """Their receipts and shipments do not count any more."""
        ...
