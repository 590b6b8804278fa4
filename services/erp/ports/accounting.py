"""What the money use cases need: the journal, what waits for finance, and copies of master data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from services.erp.domain.accounts import WaitingError
from services.erp.domain.entry import Entry
from services.erp.domain.goods import GoodsMovement, MovementKey
from services.erp.domain.keys import OrderKey
from services.erp.domain.settlement import OrderValue, Scrapped
from services.erp.domain.stock_value import StockKey, StockValue
from services.erp.domain.valuation import Facts
from services.kit.paging import Cut, Page


@dataclass(frozen=True, slots=True)
class Parked:
    """A document that cannot be valued yet; `movement` is None where an order waits to settle."""

    plant: str
    reference: str
    why: WaitingError
    order_no: str = ""
    movement: GoodsMovement | None = None


@dataclass(frozen=True, slots=True)
class ParkedDocument:
    """As people see it: what it waits for, since when."""

    id: int
    plant: str
    kind: str
    reference: str
    order_no: str
    code: str
    wants: str
    reason: str
    since: datetime
    movement: GoodsMovement | None


@dataclass(frozen=True, slots=True)
class Numbered:
    """An entry and its number in the journal."""

    no: int
    entry: Entry
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a plant, and what else is given."""

    plant: str
    order_no: str = ""
    account: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """What was debited and credited on an account, in minor units."""

    plant: str
    account: str
    role: str
    currency: str
    debit: int
    credit: int


class Journal(Protocol):
    """The journal in one unit of work; nothing in it changes, every call takes many."""

    async def lock_orders(self, orders: Collection[OrderKey]) -> None:
        """Nobody else books on them, or changes them, until we commit."""
        ...

    async def waiting(self, keys: Collection[MovementKey]) -> set[MovementKey]:
        """Those that are parked; ask before `find`, for a parked one may be booked meanwhile."""
        ...

    async def find(self, keys: Collection[MovementKey]) -> Mapping[MovementKey, Entry]:
        """Movements that were booked."""
        ...

    async def stock(self, keys: Collection[StockKey]) -> dict[StockKey, StockValue]:
        """Those that are anything, locked until we commit, as is what they lack."""
        ...

    async def orders(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, OrderValue]:
        """What is booked on each; without those on which nothing is."""
        ...

    async def closed(self, orders: Collection[OrderKey]) -> set[OrderKey]:
        """Those that their ERP has closed or cancelled."""
        ...

    async def scrapped(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, Sequence[Scrapped]]:
        """What was scrapped of each before it came into stock, less what was taken back."""
        ...

    async def add(self, entries: Sequence[Entry], values: Mapping[StockKey, StockValue]) -> None:
        """Book them; raises ConflictError when somebody booked one of them this very moment."""
        ...


class Queue(Protocol):
    """What waits for finance, in one unit of work."""

    async def park(self, documents: Sequence[Parked]) -> None:
        """Keep them; what waits already is told anew what it waits for."""
        ...

    async def take(self, after: int) -> Sequence[ParkedDocument]:
        """Some hundreds, oldest first, locked; without those somebody else has taken."""
        ...

    async def drop(self, documents: Collection[int]) -> None:
        """They were booked."""
        ...

    async def version(self) -> tuple[int, ...]:
        """Another one whenever something new waits, or what it may wait for has changed."""
        ...


class Masters(Protocol):
    """Copies of master data that valuation rests on."""

    async def facts(self, goods: Collection[tuple[str, str]], plants: Collection[str]) -> Facts:
        """Of these (plant, item) and plants; what is not known is left out."""
        ...


class Reports(Protocol):
    """What people ask of the journal, in one unit of work."""

    async def entries(self, wanted: Wanted, page: Page) -> Cut[Numbered]:
        """By number."""
        ...

    async def trial_balance(
        self, plant: str, since: date | None, until: date | None
    ) -> Sequence[AccountBalance]:
        """By account."""
        ...

    async def waiting(self, plant: str, page: Page) -> Cut[ParkedDocument]:
        """What waits for finance, oldest first."""
        ...

    async def waiting_of(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, int]:
        """How many documents of each order wait."""
        ...

    async def recount(self) -> Sequence[StockKey]:
        """Stock values that are not the fold of their lines."""
        ...


@dataclass(frozen=True, slots=True)
class Accounts:
    """The repositories of the money use cases."""

    journal: Journal
    queue: Queue
    masters: Masters
    reports: Reports
