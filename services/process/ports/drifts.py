"""What the reconciliation needs: both books, what is in flight, and where drift is kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.process.domain.drift import Compared, Delivery, Goods, InFlight, Subject
from services.process.domain.keys import OrderKey


class Site(NamedTuple):
    """A plant that an ERP serves, and its IANA time zone ("" where nobody told)."""

    plant: str
    time_zone: str


class BothBooks(Protocol):
    """Peers; outside of any unit of work, every call raises UnavailableError."""

    async def sites(self) -> Sequence[Site]:
        """Every plant that an ERP serves."""
        ...

    async def stock(self, plant: str) -> Sequence[Goods]:
        """Our own stock, as the warehouse has it."""
        ...

    async def erp_stock(self, plant: str) -> Sequence[Goods]:
        """As the ERP has it; raises ConflictError (not_readable)."""
        ...

    async def erp_deliveries(self, plant: str) -> Sequence[Delivery]:
        """Of orders that are open there; raises ConflictError (not_readable)."""
        ...

    async def made(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, Quantity]:
        """The good output of those that the floor knows."""
        ...


@dataclass(frozen=True, slots=True)
class Drift:
    """A difference that nothing explained; open until `resolved_at`. `seen` counts the runs."""

    no: int
    compared: Compared
    first_seen: datetime
    last_seen: datetime
    seen: int
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A comparison of a plant that was asked for; `day` is the plant's own for a nightly one.

    `trouble` says why it could not end yet, or what it left out.
    """

    no: int
    plant: str
    asked_at: datetime
    asked_by: str = ""
    day: date | None = None
    ended_at: datetime | None = None
    compared: int = 0
    uncompared: int = 0
    drifting: int = 0
    trouble: str = ""


class Drifts(Protocol):
    """Drift and the runs that found it, in one unit of work."""

    async def in_flight(self, plant: str) -> InFlight:
        """As the ledgers and effects of this service have it."""
        ...

    async def open(self, plant: str) -> dict[Subject, Drift]:
        """Those of a plant that are not resolved, locked."""
        ...

    async def see(self, compared: Sequence[Compared], at: datetime) -> Sequence[Drift]:
        """Keep what drifts: new ones are opened, known ones are seen once more; all of them."""
        ...

    async def resolve(self, nos: Collection[int], at: datetime) -> Sequence[Drift]:
        """They are explained now."""
        ...

    async def get(self, nos: Collection[int]) -> dict[int, Drift]:
        """Those that exist."""
        ...

    async def page(self, plant: str, page: Page, *, resolved: bool) -> Sequence[Drift]:
        """One more than the page's size at most, oldest first; the resolved ones too if asked."""
        ...

    async def ask(self, plant: str, by: str, at: datetime, day: date | None = None) -> Run | None:
        """A run to be done; None where that day's was asked for."""
        ...

    async def due(self) -> Run | None:
        """The oldest that has not ended."""
        ...

    async def end(self, run: Run) -> None:
        """As it is now."""
        ...

    async def run(self, no: int) -> Run | None:
        """One of them."""
        ...
