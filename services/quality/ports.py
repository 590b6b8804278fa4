"""What the use cases need: books that are read and written in batches, and the item master."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.kit.clock import Clock
from services.kit.measures import ItemLot, Measured
from services.kit.paging import Page
from services.quality.domain.disposition import Disposition
from services.quality.domain.events import Fact
from services.quality.domain.hold import Hold
from services.quality.domain.inspection import Inspection
from services.quality.domain.item import Item
from services.quality.domain.keys import InspectionKey, LotKey, OrderKey
from services.quality.domain.lot import Lot
from services.quality.domain.result import Point, Result
from services.quality.domain.scope import Name
from services.quality.domain.submission import Submission, Verdict


class Items(Protocol):
    """Our copy of the item master; it is never asked to forget."""

    async def get(self, item_nos: Collection[str]) -> dict[str, Item]:
        """Those we know."""
        ...


class Measures(Protocol):
    """What goods are counted in today: items, and lots that were measured one by one."""

    async def known(self, goods: Collection[ItemLot]) -> Measured:
        """Of those we know."""
        ...


class Names(Protocol):
    """Our copies of what scopes name: orders of mes, items, equipment and parties of reference."""

    async def known(self, names: Collection[Name]) -> set[Name]:
        """Those we know."""
        ...


class Submissions(Protocol):
    """What quality was told of, and what it said to that."""

    async def claim(self, submissions: Collection[Submission]) -> dict[str, Verdict]:
        """Take the sources, in their order; the verdicts on those that were taken before."""
        ...

    async def judge(self, verdicts: Collection[Verdict]) -> None:
        """Keep the verdicts on sources just taken."""
        ...

    async def excused(self, lots: Collection[LotKey]) -> set[LotKey]:
        """Those of which output came that needed no inspection."""
        ...

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """The lots of which output of each order came."""
        ...


class Inspections(Protocol):
    """Inspections with their dispositions."""

    async def get(self, nos: Collection[str], *, lock: bool = False) -> dict[str, Inspection]:
        """Those that exist, by number; locked, oldest first, until the unit of work ends."""
        ...

    async def open(self, units: dict[InspectionKey, str]) -> dict[InspectionKey, Inspection]:
        """All of them, locked; one that is new is in the unit given and has version 0."""
        ...

    async def of_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Inspection]]:
        """Of each lot, oldest first."""
        ...

    async def page(self, plant: str, page: Page) -> Sequence[Inspection]:
        """One more than the page's size at most, oldest first."""
        ...

    async def walk(self, after: int) -> Sequence[Inspection]:
        """The next hundred or so of all plants, by id; none at the end."""
        ...

    async def save(self, inspections: Collection[Inspection]) -> None:
        """State, quantities and counts of locked ones; dispositions go through `decide`."""
        ...

    async def decide(self, made: Sequence[tuple[Inspection, Disposition]]) -> None:
        """Add dispositions of locked ones."""
        ...


class Results(Protocol):
    """Results; they are only ever added."""

    async def find(
        self, inspection: Inspection, points: Collection[Point]
    ) -> dict[Point, list[Result]]:
        """Every version, oldest first, of the points that were measured."""
        ...

    async def add(self, inspection: Inspection, results: Sequence[Result]) -> None:
        """New ones; the inspection is locked."""
        ...

    async def page(self, inspection: Inspection, page: Page) -> Sequence[tuple[int, Result]]:
        """One more than the page's size at most, in the order they were added, with their place."""
        ...


class Holds(Protocol):
    """Holds and the lots they cover."""

    async def place(self, holds: Sequence[Hold]) -> dict[str, Hold]:
        """Add them with their lots; those that were there before instead, by number."""
        ...

    async def get(self, hold_nos: Collection[str], *, lock: bool = False) -> dict[str, Hold]:
        """Those that exist; locked in the order of their numbers."""
        ...

    async def on_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Hold]]:
        """Those not lifted that cover each lot, by number."""
        ...

    async def cover(self, hold: Hold, lots: Collection[LotKey]) -> int:
        """A locked hold covers these too; how many are new."""
        ...

    async def save(self, holds: Collection[Hold]) -> None:
        """State, version and counts of locked ones."""
        ...

    async def lots(
        self, hold_no: str, page: Page, plants: Collection[str] | None
    ) -> Sequence[LotKey]:
        """What it covers in these plants, None are all, by item, lot number and plant.

        One more than the page's size at most.
        """
        ...

    async def page(self, plant: str, page: Page) -> Sequence[Hold]:
        """One more than the page's size at most, by number."""
        ...

    async def walk(self, after: str) -> Sequence[Hold]:
        """The next hundred or so of all plants, by number; none at the end."""
        ...


class Lots(Protocol):
    """What quality says of whole lots."""

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """All of them, locked in the order of their keys; one that is new has version 0."""
        ...

    async def get(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Those of which anything was ever said."""
        ...

    async def save(self, lots: Collection[Lot]) -> None:
        """All of locked ones."""
        ...

    async def walk(self, after: LotKey | None) -> Sequence[Lot]:
        """The next hundred or so of all plants, by key; none at the end."""
        ...


class Facts(Protocol):
    """Where facts go to be told."""

    def tell(self, fact: Fact) -> None:
        """When the unit of work commits, after what was told before."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """All of it, and the time."""

    items: Items
    measures: Measures
    names: Names
    submissions: Submissions
    inspections: Inspections
    results: Results
    holds: Holds
    lots: Lots
    facts: Facts
    clock: Clock
