"""The books of wms in memory, all or nothing; use_cases.py holds them to what PostgreSQL does."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from services.kit.clock import ManualClock
from services.kit.errors import NotFoundError
from services.kit.measures import ItemLot, Measured, Ratio
from services.kit.paging import Page
from services.kit.quantity import add
from services.wms.domain.demand import NOTHING
from services.wms.domain.hold import Hold, Restraint
from services.wms.domain.keys import ItemKey, LotKey, OrderKey, Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place
from services.wms.domain.rules import MovementType
from services.wms.domain.scope import Scope
from services.wms.domain.stock import Balance, Booked
from services.wms.ports import Books, Change, Drift, Fact, Link, Numbered
from tests.unit.wms.memory_scopes import MemoryScopes
from tests.unit.wms.moves import ITEMS, NOON
from tests.unit.wms.papers import MemoryCounts, MemoryReservations, MemoryUnits, Papers, word

MADE = (MovementType.RECEIPT_PRODUCTION, MovementType.RECEIPT_BYPRODUCT)


@dataclass
class Rows(Papers):
    """What a transaction changes and a rollback restores."""

    holds: dict[tuple[LotKey, str], Hold] = field(default_factory=dict)
    links: dict[Link, int] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    lots: set[LotKey] = field(default_factory=set)
    booked: list[Booked] = field(default_factory=list)
    balances: dict[Place, Balance] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def filled(self) -> list[Balance]:
        """By place, none of them empty."""
        return [self.balances[key] for key in sorted(self.balances) if not self.balances[key].empty]

    def movements(self) -> list[Movement]:
        """As they were recorded."""
        return [one.movement for one in self.booked]


class MemoryItems:
    """The bakery's items."""

    def __init__(self) -> None:
        self.lots: dict[ItemLot, list[Ratio]] = {}

    async def measures(self, wanted: Mapping[ItemLot, str]) -> Measured:
        """Refuses the first that is none of them."""
        for goods, name in wanted.items():
            if goods.item_no not in ITEMS:
                raise NotFoundError("no such item", code="unknown_item", field=name)
        return Measured(ITEMS, self.lots)


class MemoryLots:
    """ports.Lots. Every version of a hold is remembered, the active ones are in force."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, list[Restraint]]:
        """Nobody else is here."""
        self._rows.lots |= set(keys)
        return {key: [] for key in keys} | await self.holds(keys)

    async def holds(self, keys: Collection[LotKey]) -> dict[LotKey, list[Restraint]]:
        """Sorted; those of its sources too."""
        found: defaultdict[LotKey, dict[str, Restraint]] = defaultdict(dict)
        for lot in keys:
            for source, hold_no in sorted(self._rows.holds):
                hold = self._rows.holds[source, hold_no]
                if hold.active and source in self._sources(lot):
                    before = found[lot].get(hold_no, Restraint(hold_no, frozenset()))
                    found[lot][hold_no] = Restraint(hold_no, before.blocks | hold.blocks)
        return {lot: [holds[no] for no in sorted(holds)] for lot, holds in found.items()}

    async def hold(self, holds: Sequence[Hold], *, inherited: bool = False) -> None:
        """The highest version stays."""
        for hold in holds:
            known = self._rows.holds.get((hold.lot, hold.hold_no))
            if known is None or known.version + inherited <= hold.version:
                self._rows.holds[hold.lot, hold.hold_no] = hold

    async def children(self, keys: Collection[LotKey]) -> set[LotKey]:
        """One level down."""
        links = self._rows.links
        return {link.target for link, many in links.items() if many and link.source in keys}

    async def link(self, links: Mapping[Link, int]) -> None:
        """Add."""
        for link, many in links.items():
            self._rows.links[link] = self._rows.links.get(link, 0) + many

    async def walk(self, after: LotKey | None) -> Sequence[LotKey]:
        """Two at a time."""
        return sorted(lot for lot in self._rows.lots if after is None or lot > after)[:2]

    def _sources(self, lot: LotKey) -> set[LotKey]:
        found, new = set[LotKey](), {lot}
        while new:
            found |= new
            links = self._rows.links.items()
            new = {link.source for link, many in links if many and link.target in found} - found
        return found


class MemoryMovements:
    """ports.Movements."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find(self, references: Collection[Reference]) -> dict[Reference, Movement]:
        """Those recorded."""
        return {one.reference: one for one in self._rows.movements() if one.reference in references}

    async def reversals(self, references: Collection[Reference]) -> dict[Reference, Reference]:
        """By what each took back."""
        return {
            one.original: one.reference
            for one in self._rows.movements()
            if one.original and one.original in references
        }

    async def add(self, booked: Sequence[Booked], at: datetime) -> None:
        """Nobody else is here."""
        self._rows.booked += booked

    async def page(self, plant: str, page: Page) -> Sequence[Numbered]:
        """By number."""
        after = int(page.after[0]) if page.after else 0
        found = [
            Numbered(no, one)
            for no, one in enumerate(self._rows.movements(), 1)
            if no > after and one.lot.plant == plant
        ]
        return found[: page.limit]

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """From their receipts."""
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for movement in self._rows.movements():
            key = OrderKey(movement.lot.plant, movement.order_no)
            if movement.type in MADE and movement.lot.lot_no and key in orders:
                found[key].add(movement.lot)
        return dict(found)


class MemoryBalances:
    """ports.Balances."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def get(self, places: Collection[Place]) -> dict[Place, Balance]:
        """Those touched."""
        kept = self._rows.balances
        return {key: kept[key] for key in places if key in kept}

    async def of_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Balance]]:
        """By the rest of the place."""
        found: defaultdict[LotKey, list[Balance]] = defaultdict(list)
        for one in self._rows.filled():
            if one.place.lot in lots:
                found[one.place.lot].append(one)
        return dict(found)

    async def of_items(self, items: Collection[ItemKey]) -> dict[ItemKey, list[Balance]]:
        """By the rest of the place."""
        found: defaultdict[ItemKey, list[Balance]] = defaultdict(list)
        for one in self._rows.filled():
            if one.place.lot.item in items:
                found[one.place.lot.item].append(one)
        return dict(found)

    async def of_units(self, ssccs: Collection[str]) -> dict[str, list[Balance]]:
        """By place."""
        found: defaultdict[str, list[Balance]] = defaultdict(list)
        for one in self._rows.filled():
            if one.place.hu and one.place.hu in ssccs:
                found[one.place.hu].append(one)
        return dict(found)

    async def page(self, plant: str, item_no: str, page: Page) -> Sequence[Balance]:
        """By place."""
        found = []
        for one in self._rows.filled():
            key = (*one.place.lot[1:], *one.place[1:])
            wanted = one.place.lot.plant == plant and item_no in ("", one.place.lot.item_no)
            if wanted and (not page.after or key > page.after):
                found.append(one)
        return found[: page.limit]

    async def walk(self, after: Place | None) -> Sequence[Balance]:
        """Two at a time."""
        return [one for one in self._rows.filled() if not after or one.place > after][:2]

    async def change(self, changes: Mapping[Place, Change], at: datetime) -> None:
        """Add."""
        for place, change in changes.items():
            known = self._rows.balances.get(place)
            quantity = known.quantity + change.quantity if known else change.quantity
            reserved = add(change.reserved, known.reserved if known else NOTHING)
            self._rows.balances[place] = Balance(place, quantity, at, reserved)

    async def recount(self, lots: Collection[LotKey]) -> Sequence[Drift]:
        """Those that somebody spoiled."""
        return [one for one in self._rows.drifts if one.place.lot in lots]

    async def repair(self, drifts: Sequence[Drift], at: datetime) -> None:
        """As good as new."""
        self._rows.drifts = [one for one in self._rows.drifts if one not in drifts]


class MemoryFacts:
    """ports.Facts."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def tell(self, fact: Fact) -> None:
        """In order."""
        self._rows.told += word(fact)


class MemoryWarehouse:
    """Units of work over books in memory."""

    def __init__(self) -> None:
        self.rows = Rows()
        self._items = MemoryItems()

    async def measure(
        self, lot: str, *ratios: Ratio, version: int = 1, retired: bool = False
    ) -> None:
        """What is known of "FILM/L7" from now on."""
        self._items.lots[ItemLot(*lot.split("/"))] = [] if retired else list(ratios)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        rows = deepcopy(self.rows)
        yield Books(
            items=self._items,
            lots=MemoryLots(rows),
            scopes=MemoryScopes(rows),
            movements=MemoryMovements(rows),
            balances=MemoryBalances(rows),
            reservations=MemoryReservations(rows),
            units=MemoryUnits(rows),
            counts=MemoryCounts(rows),
            facts=MemoryFacts(rows),
            clock=ManualClock(NOON),
        )
        self.rows = rows

    async def told(self) -> list[str]:
        """Key and reference, or state."""
        return self.rows.told
