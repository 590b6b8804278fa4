"""The books of mes in memory, all or nothing; use_cases.py holds them to what PostgreSQL does."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy

from services.kit.clock import ManualClock
from services.kit.errors import NotFoundError
from services.kit.paging import Page
from services.kit.quantity import Measures
from services.mes.domain.confirmation import Booked
from services.mes.domain.events import Fact, order_of
from services.mes.domain.genealogy import Direction, Edge, Link, Record, merge, standing
from services.mes.domain.keys import LotKey, OrderKey, ReportKey
from services.mes.domain.lot import Hold, Lot
from services.mes.domain.order import WorkOrder
from services.mes.domain.voiding import Void
from services.mes.ports import Books
from tests.unit.mes.memory_confirmations import MemoryConfirmations, MemoryPeople
from tests.unit.mes.memory_counts import MemoryMeters, MemoryUncounted
from tests.unit.mes.reports import ITEMS, NOON


class MemoryItems:
    """The bakery's items."""

    async def measures(self, wanted: Mapping[str, str]) -> dict[str, Measures]:
        """Refuses the first that is none of them."""
        for item_no, field in wanted.items():
            if item_no not in ITEMS:
                raise NotFoundError("no such item", code="unknown_item", field=field)
        return {item_no: ITEMS[item_no] for item_no in wanted}


class MemoryOrders:
    """ports.Orders."""

    def __init__(self, lots: "MemoryLots") -> None:
        self.rows: dict[OrderKey, WorkOrder] = {}
        self._lots = lots

    async def get(
        self, keys: Collection[OrderKey], *, lock: bool = False
    ) -> dict[OrderKey, WorkOrder]:
        """Copies, as from a database."""
        return {key: deepcopy(self.rows[key]) for key in keys if key in self.rows}

    async def page(self, plant: str, page: Page) -> Sequence[WorkOrder]:
        """By order number."""
        keys = sorted(key for key in self.rows if key.plant == plant)
        after = [key for key in keys if not page.after or key.order_no > str(page.after[0])]
        return [self.rows[key] for key in after[: page.limit]]

    async def walk(self, after: OrderKey | None) -> Sequence[WorkOrder]:
        """Two at a time."""
        return [self.rows[key] for key in sorted(self.rows) if not after or key > after][:2]

    async def add(self, orders: Sequence[WorkOrder]) -> None:
        """Nobody else is here."""
        self.rows |= {order.key: deepcopy(order) for order in orders}

    async def save(self, orders: Collection[WorkOrder]) -> None:
        """Replace."""
        self.rows |= {order.key: deepcopy(order) for order in orders}

    async def holds(self, keys: Collection[OrderKey]) -> dict[OrderKey, list[str]]:
        """Through the lots."""
        found: defaultdict[OrderKey, set[str]] = defaultdict(set)
        for lot in self._lots.rows.values():
            if lot.order_no:
                found[OrderKey(lot.key.plant, lot.order_no)].update(lot.holds)
        return {key: sorted(found[key]) for key in keys if found[key]}


class MemoryLots:
    """ports.Lots. Every version of a hold is remembered, a lot shows the active ones."""

    def __init__(self) -> None:
        self.rows: dict[LotKey, Lot] = {}
        self._holds: dict[tuple[LotKey, str], Hold] = {}

    async def get(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Copies, as from a database."""
        return {key: deepcopy(self.rows[key]) for key in keys if key in self.rows}

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Known from now on."""
        for key in keys:
            self.rows.setdefault(key, Lot(key, NOON))
        return await self.get(keys)

    async def page(self, plant: str, page: Page) -> Sequence[Lot]:
        """By item and number."""
        keys = sorted(key for key in self.rows if key.plant == plant)
        after = [key for key in keys if not page.after or key[1:] > page.after]
        return [self.rows[key] for key in after[: page.limit]]

    async def save(self, lots: Collection[Lot]) -> None:
        """All but the holds."""
        for lot in lots:
            self.rows[lot.key] = deepcopy(lot)
            self._show(lot.key)

    async def hold(self, holds: Sequence[Hold]) -> None:
        """The highest version stays."""
        for hold in holds:
            known = self._holds.get((hold.lot, hold.hold_no))
            if known is None or known.version < hold.version:
                self._holds[hold.lot, hold.hold_no] = hold
            self._show(hold.lot)

    def _show(self, key: LotKey) -> None:
        self.rows[key].holds = {
            hold_no: hold.version
            for (lot, hold_no), hold in self._holds.items()
            if lot == key and hold.active
        }


class MemoryGenealogy:
    """ports.Genealogy; `records` are those that count, `struck` those that do not."""

    def __init__(self, lots: MemoryLots, confirmations: MemoryConfirmations) -> None:
        self.records: list[Record] = []
        self.struck: list[tuple[Record, str]] = []
        self.voids: dict[ReportKey, Void] = {}
        self._lots = lots
        self._confirmations = confirmations

    @property
    def edges(self) -> list[Edge]:
        """One a link."""
        return merge(record.edge for record in self.records)

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """By the order number of each lot."""
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for lot in self._lots.rows.values():
            key = OrderKey(lot.key.plant, lot.order_no)
            if lot.order_no and key in orders:
                found[key].add(lot.key)
        return dict(found)

    async def fed(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """By the lots that reports name."""
        named = {
            (one.report.order, one.report.lot_no)
            for one in self._standing()
            if one.report.good.value or one.report.consumed
        }
        return {
            order: {lot for lot in lots if (order, lot.lot_no) in named}
            for order, lots in (await self.made(orders)).items()
        }

    async def loose(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """From the confirmations that name no lot."""
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for booked in self._standing():
            if booked.report.order in orders and not booked.report.lot_no:
                found[booked.report.order].update(lot for _, lot, _ in booked.report.lots_consumed)
        return dict(found)

    def _standing(self) -> list[Booked]:
        rows = self._confirmations.rows.items()
        return [booked for key, booked in rows if key not in self.voids]

    async def add(self, records: Sequence[Record]) -> None:
        """Each once."""
        known = {record.key for record in self.records}
        fresh = [record for record in records if record.key not in known]
        self.records = standing([*self.records, *fresh])

    async def recorded(self, orders: Collection[OrderKey]) -> Sequence[Record]:
        """What counts."""
        return [record for record in self.records if record.edge.link.order in orders]

    async def declare(self, voids: Sequence[Void], order: Mapping[ReportKey, OrderKey]) -> None:
        """The first stays."""
        for void in voids:
            self.voids.setdefault(void.event, void)

    async def voided(self, events: Collection[ReportKey]) -> set[ReportKey]:
        """Those declared."""
        return {event for event in events if event in self.voids}

    async def strike(self, records: Sequence[Record], by: str) -> None:
        """Keep them apart."""
        keys = {record.key for record in records}
        self.struck += [(record, by) for record in self.records if record.key in keys]
        self.records = [record for record in self.records if record.key not in keys]

    async def alone(self) -> None:
        """Nobody else is here."""

    async def children(self, lots: Collection[LotKey]) -> dict[LotKey, set[LotKey]]:
        """One level."""
        found: defaultdict[LotKey, set[LotKey]] = defaultdict(set)
        for edge in self.edges:
            if edge.link.source in lots:
                found[edge.link.source].add(edge.link.target)
        return dict(found)

    async def next_to(self, lots: Collection[LotKey], direction: Direction) -> Sequence[Edge]:
        """One step."""
        return [edge for edge in self.edges if edge.link.ends(direction)[0] in lots]

    async def circular(self, links: Iterable[Link]) -> Link | None:
        """The first one that closes a circle."""
        for link in links:
            if link.source in reach(self.edges, {link.target}, Direction.FORWARD):
                return link
        return None

    async def trace(self, lots: Collection[LotKey], direction: Direction) -> set[LotKey]:
        """As brute force does it."""
        return reach(self.edges, {key for key in lots if key in self._lots.rows}, direction)

    async def among(self, lots: Collection[LotKey]) -> Sequence[Edge]:
        """In the order of their links."""
        return [edge for edge in self.edges if {edge.link.source, edge.link.target} <= set(lots)]


def reach(edges: Iterable[Edge], start: set[LotKey], direction: Direction) -> set[LotKey]:
    """By walking every edge until nothing is added."""
    pairs = {(edge.link.source, edge.link.target) for edge in edges}
    if direction is Direction.BACKWARD:
        pairs = {(target, source) for source, target in pairs}
    reached = set(start)
    while more := {to for source, to in pairs if source in reached} - reached:
        reached |= more
    return reached


class MemoryFacts(list[Fact]):
    """ports.Facts."""

    def tell(self, fact: Fact) -> None:
        """As it is now: a database would have written it."""
        self.append(deepcopy(fact))


class MemoryFloor:
    """Units of work over books in memory; `facts` are those that were committed."""

    def __init__(self) -> None:
        lots, confirmations, self.facts = MemoryLots(), MemoryConfirmations(), MemoryFacts()
        genealogy = MemoryGenealogy(lots, confirmations)
        clock = ManualClock(NOON)
        self._books = Books(
            MemoryItems(),
            MemoryOrders(lots),
            confirmations,
            lots,
            genealogy,
            self.facts,
            MemoryMeters(),
            MemoryUncounted(),
            self.trial,
            clock,
            MemoryPeople(),
        )

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        async with self.trial():
            yield self._books

    @asynccontextmanager
    async def trial(self) -> AsyncIterator[None]:
        """What is done inside is undone alone when it raises."""
        parts = vars_of(self._books)
        before = [deepcopy(part) for part in parts]
        told = len(self.facts)
        try:
            yield
        except BaseException:
            for part, old in zip(parts, before, strict=True):
                for name in ("rows", "records", "struck", "voids", "_holds"):
                    if name in vars(part):
                        setattr(part, name, getattr(old, name))
            del self.facts[told:]
            raise

    async def forget_genealogy(self) -> None:
        """Every edge."""
        self._books.genealogy.records = []  # type: ignore[attr-defined]

    async def told(self) -> list[str]:
        """By name."""
        return [f"{order_of(fact)} {type(fact).__name__}" for fact in self.facts]


def vars_of(books: Books) -> list[object]:
    """The parts that hold rows."""
    return [
        books.orders,
        books.confirmations,
        books.lots,
        books.genealogy,
        books.meters,
        books.uncounted,
        books.people,
    ]
