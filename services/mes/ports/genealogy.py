"""What was made of what: edges, and the walks along them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from services.mes.domain.genealogy import Direction, Edge, Link, Record
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey, OrderKey, ReportKey, TradeKey
from services.mes.domain.passage import Receipt, Shipment
from services.mes.domain.voiding import Void


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

    async def received(
        self, orders: Collection[TradeKey], first: int
    ) -> dict[TradeKey, list[Receipt]]:
        """The `first` for each purchase order that has any, oldest first."""
        ...

    async def shipped(
        self, orders: Collection[TradeKey], first: int
    ) -> dict[TradeKey, list[Shipment]]:
        """The `first` for each sales order that has any, oldest first."""
        ...

    async def holds(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """In force on each or on anything it was made of, which is then its source.

        One that was lifted on the lot itself is left out.
        """
        ...
