"""What the use cases need: books that are read and written in batches, within one unit of work."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from services.kit.clock import Clock
from services.kit.paging import Page
from services.kit.quantity import Measures, Quantity
from services.mes.domain.confirmation import Booked
from services.mes.domain.counting import Difference, Meter, Uncounted
from services.mes.domain.events import Fact
from services.mes.domain.genealogy import Direction, Edge, Link, Record
from services.mes.domain.handling import Entry, Handling
from services.mes.domain.keys import BookedKey, LotKey, OrderKey, Person, ReportKey
from services.mes.domain.lot import Hold, Lot, Sought
from services.mes.domain.order import WorkOrder
from services.mes.domain.passage import Receipt, Shipment
from services.mes.domain.voiding import Void


class Items(Protocol):
    """Our copy of the item master."""

    async def measures(self, wanted: Mapping[str, str]) -> dict[str, Measures]:
        """The units of each; raises NotFoundError naming the field (its value) of an unknown."""
        ...


class Orders(Protocol):
    """Work orders."""

    async def get(
        self, keys: Collection[OrderKey], *, lock: bool = False
    ) -> dict[OrderKey, WorkOrder]:
        """Those that exist; locked in the order of their keys until the unit of work ends."""
        ...

    async def page(self, plant: str, page: Page) -> Sequence[WorkOrder]:
        """One more than the page's size at most, by order number."""
        ...

    async def walk(self, after: OrderKey | None) -> Sequence[WorkOrder]:
        """The next hundred or so of all plants, by key; none at the end."""
        ...

    async def add(self, orders: Sequence[WorkOrder]) -> None:
        """New ones; raises ConflictError when somebody else adds one of them just now."""
        ...

    async def save(self, orders: Collection[WorkOrder]) -> None:
        """State and progress of locked ones."""
        ...

    async def holds(self, keys: Collection[OrderKey]) -> dict[OrderKey, list[str]]:
        """Hold numbers in force on any lot of each order, sorted."""
        ...


class Confirmations(Protocol):
    """Booked confirmations; they are only ever added."""

    async def find(self, keys: Collection[ReportKey]) -> dict[ReportKey, Booked]:
        """Those that are booked."""
        ...

    async def of_orders(self, keys: Collection[OrderKey]) -> dict[OrderKey, list[Booked]]:
        """Every confirmation of each order, by number."""
        ...

    async def numbered(self, keys: Collection[BookedKey]) -> dict[BookedKey, Booked]:
        """Those of these numbers that are booked."""
        ...

    async def page(self, key: OrderKey, page: Page) -> Sequence[Booked]:
        """One more than the page's size at most, by number."""
        ...

    async def latest(self, keys: Collection[OrderKey], first: int) -> dict[OrderKey, list[Booked]]:
        """The `first` newest of each order, newest first."""
        ...

    async def add(self, booked: Sequence[Booked]) -> None:
        """New ones; raises ConflictError when an id was taken by another order's meanwhile.

        What one of them reverses is reversed from now on.
        """
        ...

    async def balance(self, keys: Collection[OrderKey]) -> dict[OrderKey, dict[LotKey, Quantity]]:
        """What each order consumed less what it returned, of each item and lot ("" for none)."""
        ...


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


class Told(NamedTuple):
    """An event's edge, and the event whose voiding struck it out, None where it counts."""

    record: Record
    void_by: str | None


class Genealogy(Protocol):
    """Edges between lots that are known, and what of them is void; the others alone are shown."""

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """The lots of each order, those without a yield so far included."""
        ...

    async def fed(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """Of these lots those that a report made or fed which is not void."""
        ...

    async def loose(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """The lots that each order consumed without naming one it went into."""
        ...

    async def add(self, records: Sequence[Record]) -> None:
        """Those that are new; an unknown share only where nothing links the two lots yet."""
        ...

    async def recorded(self, orders: Collection[OrderKey]) -> Sequence[Record]:
        """What the reports of these orders stand for."""
        ...

    async def declare(self, voids: Sequence[Void], order: Mapping[ReportKey, OrderKey]) -> None:
        """Keep the declarations, with the order that reported each; the first of an event stays."""
        ...

    async def voided(self, events: Collection[ReportKey]) -> set[ReportKey]:
        """Of these the ones declared void."""
        ...

    async def strike(self, records: Sequence[Record], by: str) -> None:
        """These do not count any more, because the event `by` is void."""
        ...

    async def strike_operations(self, keys: Collection[ReportKey]) -> None:
        """Whatever operations on lots linked does not count any more: they are void."""
        ...

    async def history(self, lots: Collection[LotKey]) -> dict[LotKey, list[Told]]:
        """Every edge that ever led from or to each, by time, the newest thousand."""
        ...

    async def alone(self) -> None:
        """Keep others from adding an edge until the unit of work ends."""
        ...

    async def children(self, lots: Collection[LotKey]) -> dict[LotKey, set[LotKey]]:
        """What was made of each directly."""
        ...

    async def next_to(self, lots: Collection[LotKey], direction: Direction) -> Sequence[Edge]:
        """The edges of one step from each, by link."""
        ...

    async def circular(self, links: Iterable[Link]) -> Link | None:
        """A link whose source can be reached from its target."""
        ...

    async def among(self, lots: Collection[LotKey]) -> Sequence[Edge]:
        """The edges whose both ends are in `lots`."""
        ...


class Traced(NamedTuple):
    """A lot on a trace; `place` orders lots by when they became known here."""

    place: int
    key: LotKey
    order_no: str


class Reached(NamedTuple):
    """The places of all that was reached from `root`, itself included, and of those to be shown.

    Rising; none where the lot is not known.
    """

    root: int
    every: Sequence[int]
    places: Sequence[int]


class Traces(Protocol):
    """The genealogy by places: what is read of it is read in batches, whatever its size."""

    async def reach(
        self, lots: Sequence[LotKey], direction: Direction, plants: Sequence[str] | None
    ) -> Sequence[Reached]:
        """For each lot; to be shown are those of `plants`, None are all."""
        ...

    async def steps(
        self, places: Collection[int], direction: Direction
    ) -> Sequence[tuple[int, int]]:
        """Each step that way from one of these, once."""
        ...

    async def lots(self, places: Collection[int]) -> dict[int, Traced]:
        """Who they are."""
        ...

    async def edges(
        self, places: Collection[int], direction: Direction
    ) -> Sequence[tuple[int, Edge]]:
        """Those on which a trace that way arrives at these, by link; with where the step begins."""
        ...

    async def receipts(self, places: Collection[int]) -> Sequence[Receipt]:
        """Of these lots, oldest first."""
        ...

    async def shipments(self, places: Collection[int]) -> Sequence[Shipment]:
        """Of these lots, oldest first."""
        ...

    async def holds(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """In force on each or on anything it was made of, which is then its source.

        One that was lifted on the lot itself is left out.
        """
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


class People(Protocol):
    """Who works here; everybody else knows them by a pseudonym alone."""

    async def pseudonyms(self, people: Collection[Person]) -> dict[Person, str]:
        """Of each; who is new gets one."""
        ...

    async def names(self, plant: str, pseudonyms: Collection[str]) -> dict[str, str]:
        """Who stands behind each that was given at the plant."""
        ...


class Facts(Protocol):
    """Where facts go to be told."""

    def tell(self, fact: Fact) -> None:
        """When the unit of work commits, after what was told before."""
        ...


class Meters(Protocol):
    """How far the counters of each machine are counted."""

    async def open(self, machines: Mapping[str, str]) -> dict[str, Meter]:
        """Of each machine (plant by equipment), locked; one never seen shows nothing."""
        ...

    async def save(self, meters: Collection[Meter]) -> None:
        """Keep what moved."""
        ...


class Waiting(Protocol):
    """Differences that nobody could book; they are never removed."""

    async def add(self, differences: Sequence[Difference]) -> None:
        """New ones, in their order, each with its doubt."""
        ...

    async def get(
        self, plant: str, ids: Collection[str], *, lock: bool = False
    ) -> dict[str, Uncounted]:
        """Those of the plant; locked in the order of their places if asked."""
        ...

    async def page(self, plant: str, page: Page, *, settled: bool) -> Sequence[Uncounted]:
        """One more than the page's size at most, by place; the settled ones too if asked."""
        ...

    async def settle(self, settled: Sequence[Uncounted]) -> None:
        """Keep how each was settled."""
        ...


class Trial(Protocol):
    """What may fail without ending the unit of work."""

    def __call__(self) -> AbstractAsyncContextManager[None]:
        """What is done inside is undone alone when it raises."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """All of it, and the time."""

    items: Items
    orders: Orders
    confirmations: Confirmations
    lots: Lots
    genealogy: Genealogy
    traces: Traces
    operations: Operations
    facts: Facts
    meters: Meters
    uncounted: Waiting
    trial: Trial
    clock: Clock
    people: People
