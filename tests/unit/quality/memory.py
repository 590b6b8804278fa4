"""The books of quality in memory, all or nothing; use_cases.py holds them to what SQL does."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import Any

from services.kit.clock import ManualClock
from services.kit.measures import ItemLot, Measured, Ratio
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.quality.domain.disposition import Disposition
from services.quality.domain.events import Fact, LotJudged, key_of
from services.quality.domain.inspection import Inspection
from services.quality.domain.item import Item
from services.quality.domain.keys import InspectionKey, LotKey, OrderKey
from services.quality.domain.lot import Lot
from services.quality.domain.result import Point, Result
from services.quality.domain.scope import Name
from services.quality.domain.submission import Submission, Verdict
from services.quality.ports import Books
from tests.unit.quality.memory_holds import MemoryHolds
from tests.unit.quality.samples import MEASURES, NOON


class MemoryItems:
    """ports.Items."""

    def __init__(self) -> None:
        self.rows: dict[str, Item] = {}

    async def get(self, item_nos: Collection[str]) -> dict[str, Item]:
        """Those known."""
        return {no: self.rows[no] for no in item_nos if no in self.rows}


class MemoryMeasures:
    """ports.Measures."""

    def __init__(self) -> None:
        self.lots: dict[ItemLot, list[Ratio]] = {}

    async def known(self, goods: Collection[ItemLot]) -> Measured:
        """The bakery's."""
        return Measured(MEASURES, self.lots)


class MemoryNames:
    """ports.Names."""

    def __init__(self) -> None:
        self.rows: set[Name] = set()

    async def known(self, names: Collection[Name]) -> set[Name]:
        """Those known."""
        return self.rows & set(names)


class MemorySubmissions:
    """ports.Submissions."""

    def __init__(self) -> None:
        self.rows: dict[str, Verdict] = {}

    async def claim(self, submissions: Collection[Submission]) -> dict[str, Verdict]:
        """Nobody else is here."""
        sources = {one.source for one in submissions}
        return {source: one for source, one in self.rows.items() if source in sources}

    async def judge(self, verdicts: Collection[Verdict]) -> None:
        """Keep."""
        self.rows |= {one.submission.source: one for one in verdicts}

    async def excused(self, lots: Collection[LotKey]) -> set[LotKey]:
        """By their verdicts."""
        free = {one.submission.lot for one in self.rows.values() if not one.required}
        return free & set(lots)

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """By their submissions."""
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for one in (verdict.submission for verdict in self.rows.values()):
            key = OrderKey(one.lot.plant, one.order_no)
            if key in orders:
                found[key].add(one.lot)
        return dict(found)


class MemoryInspections:
    """ports.Inspections."""

    def __init__(self) -> None:
        self.rows: dict[int, Inspection] = {}

    async def get(self, nos: Collection[str], *, lock: bool = False) -> dict[str, Inspection]:
        """Copies, as from a database."""
        return {one.no: deepcopy(one) for one in self.rows.values() if one.no in nos}

    async def open(self, units: dict[InspectionKey, str]) -> dict[InspectionKey, Inspection]:
        """Numbered on."""
        by_key = {one.key: one for one in self.rows.values()}
        for key in sorted(units.keys() - by_key.keys()):
            zero = Quantity.zero(units[key])
            one = Inspection(len(self.rows) + 1, key, zero, zero, as_of=NOON)
            self.rows[one.id] = by_key[key] = one
        return {key: deepcopy(by_key[key]) for key in units}

    async def of_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Inspection]]:
        """Oldest first."""
        found: defaultdict[LotKey, list[Inspection]] = defaultdict(list)
        for one in self.rows.values():
            if one.lot in lots:
                found[one.lot].append(deepcopy(one))
        return dict(found)

    async def page(self, plant: str, page: Page) -> Sequence[Inspection]:
        """By id."""
        [after] = page.after or (0,)
        rows = [one for one in self.rows.values() if one.key.plant == plant]
        return [one for one in rows if one.id > int(after)][: page.limit]

    async def walk(self, after: int) -> Sequence[Inspection]:
        """Two at a time."""
        return [one for one in self.rows.values() if one.id > after][:2]

    async def save(self, inspections: Collection[Inspection]) -> None:
        """All but the dispositions."""
        for one in inspections:
            kept = self.rows[one.id].dispositions
            self.rows[one.id] = deepcopy(one)
            self.rows[one.id].dispositions = kept

    async def decide(self, made: Sequence[tuple[Inspection, Disposition]]) -> None:
        """Add."""
        for one, part in made:
            self.rows[one.id].dispositions[part.split_no] = part


class MemoryResults:
    """ports.Results."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, Result]] = []

    async def find(
        self, inspection: Inspection, points: Collection[Point]
    ) -> dict[Point, list[Result]]:
        """By version, for they are added in that order."""
        found: defaultdict[Point, list[Result]] = defaultdict(list)
        for id, result in self.rows:
            if id == inspection.id and result.point in points:
                found[result.point].append(result)
        return dict(found)

    async def add(self, inspection: Inspection, results: Sequence[Result]) -> None:
        """In their order."""
        self.rows = [*self.rows, *((inspection.id, one) for one in results)]

    async def page(self, inspection: Inspection, page: Page) -> Sequence[tuple[int, Result]]:
        """By place."""
        [after] = page.after or (0,)
        placed = enumerate(self.rows, start=1)
        mine = [(place, one) for place, (id, one) in placed if id == inspection.id]
        return [found for found in mine if found[0] > int(after)][: page.limit]


class MemoryLots:
    """ports.Lots."""

    def __init__(self) -> None:
        self.rows: dict[LotKey, Lot] = {}

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Known from now on."""
        for key in keys:
            self.rows.setdefault(key, Lot(key, NOON))
        return await self.get(keys)

    async def get(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Copies, as from a database."""
        return {key: deepcopy(self.rows[key]) for key in keys if key in self.rows}

    async def save(self, lots: Collection[Lot]) -> None:
        """Replace."""
        self.rows |= {lot.key: deepcopy(lot) for lot in lots}

    async def walk(self, after: LotKey | None) -> Sequence[Lot]:
        """Two at a time."""
        return [deepcopy(self.rows[key]) for key in sorted(self.rows) if not after or key > after][
            :2
        ]


class MemoryFacts(list[Fact]):
    """ports.Facts."""

    def tell(self, fact: Fact) -> None:
        """As it is now: a database would have written it."""
        self.append(deepcopy(fact))


class MemoryLaboratory:
    """Units of work over books in memory; `facts` are those that were committed."""

    def __init__(self) -> None:
        self.facts = MemoryFacts()
        self._items, self._names = MemoryItems(), MemoryNames()
        self._measures = MemoryMeasures()
        self._books = Books(
            self._items,
            self._measures,
            self._names,
            MemorySubmissions(),
            MemoryInspections(),
            MemoryResults(),
            MemoryHolds(),
            MemoryLots(),
            self.facts,
            ManualClock(NOON),
        )

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        books: Any = self._books
        parts = [books.items, books.submissions, books.inspections, books.results, books.holds]
        parts.append(books.lots)
        before = [deepcopy(vars(part)) for part in parts]
        told = len(self.facts)
        try:
            yield self._books
        except BaseException:
            for part, old in zip(parts, before, strict=True):
                vars(part).update(old)
            del self.facts[told:]
            raise

    async def know(self, *items: Item) -> None:
        """The highest version stays."""
        for item in items:
            known = self._items.rows.setdefault(item.item_no, item)
            if known.version < item.version:
                self._items.rows[item.item_no] = item

    async def measure(self, lot: str, *ratios: Ratio, version: int = 1) -> None:
        """What is known of "FILM/L7" from now on."""
        self._measures.lots[ItemLot(*lot.split("/"))] = list(ratios)

    async def hear_of(self, *names: Name) -> None:
        """From now on."""
        self._names.rows |= set(names)

    async def told(self) -> list[str]:
        """By key and name; what follows for whole lots is apart."""
        facts = (fact for fact in self.facts if not isinstance(fact, LotJudged))
        return [f"{key_of(fact)} {type(fact).__name__}" for fact in facts]

    async def judged(self) -> list[tuple[str, str, int]]:
        """Of each lot its key, status and version, in order."""
        words = [fact.lot for fact in self.facts if isinstance(fact, LotJudged)]
        return [(str(lot.key), lot.status.value, lot.version) for lot in words]
