"""The books of mes in memory, all or nothing; use_cases.py holds them to what PostgreSQL does."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import timedelta

from services.kit.clock import ManualClock
from services.kit.errors import NotFoundError
from services.kit.measures import ItemLot, Measured, Ratio
from services.kit.paging import Page
from services.mes.domain.events import Fact, key_of
from services.mes.domain.keys import OrderKey
from services.mes.domain.order import WorkOrder
from services.mes.ports import Books
from tests.unit.mes.memory_confirmations import MemoryConfirmations, MemoryPeople
from tests.unit.mes.memory_counts import MemoryMeters, MemoryUncounted
from tests.unit.mes.memory_genealogy import MemoryGenealogy, MemoryOperations, MemoryTraces
from tests.unit.mes.memory_lots import MemoryLots
from tests.unit.mes.memory_scopes import MemoryScopes
from tests.unit.mes.reports import ITEMS, NOON


class MemoryItems:
    """The bakery's items."""

    def __init__(self) -> None:
        self.lots: dict[ItemLot, list[Ratio]] = {}

    async def measures(self, wanted: Mapping[ItemLot, str]) -> Measured:
        """Refuses the first that is none of them."""
        for goods, field in wanted.items():
            if goods.item_no not in ITEMS:
                raise NotFoundError("no such item", code="unknown_item", field=field)
        return Measured(ITEMS, self.lots)

    async def known(self, goods: Collection[ItemLot]) -> Measured:
        """The bakery's."""
        return Measured(ITEMS, self.lots)


class MemoryOrders:
    """ports.Orders."""

    def __init__(self, lots: MemoryLots) -> None:
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


class MemoryFacts(list[Fact]):
    """ports.Facts."""

    def tell(self, fact: Fact) -> None:
        """As it is now: a database would have written it."""
        self.append(deepcopy(fact))


class MemoryFloor:
    """Units of work over books in memory; `facts` are those that were committed."""

    def __init__(self) -> None:
        lots, confirmations, self.facts = MemoryLots(), MemoryConfirmations(), MemoryFacts()
        genealogy, operations = MemoryGenealogy(lots, confirmations), MemoryOperations()
        orders = MemoryOrders(lots)
        self.clock = ManualClock(NOON)
        self._items = MemoryItems()
        self._books = Books(
            self._items,
            orders,
            confirmations,
            lots,
            MemoryScopes(lots, confirmations, operations, orders),
            genealogy,
            MemoryTraces(lots, genealogy, operations),
            operations,
            self.facts,
            MemoryMeters(),
            MemoryUncounted(),
            self.trial,
            self.clock,
            MemoryPeople(),
        )

    async def measure(
        self, lot: str, *ratios: Ratio, version: int = 1, retired: bool = False
    ) -> None:
        """What is known of "FILM/L7" from now on."""
        self._items.lots[ItemLot(*lot.split("/"))] = [] if retired else list(ratios)

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

    async def advance(self, by: timedelta) -> None:
        """By its clock."""
        self.clock.advance(by)

    async def forget_genealogy(self) -> None:
        """Every edge."""
        self._books.genealogy.records = []  # type: ignore[attr-defined]

    async def told(self) -> list[str]:
        """By name."""
        return [f"{key_of(fact)} {type(fact).__name__}" for fact in self.facts]


def vars_of(books: Books) -> list[object]:
    """The parts that hold rows."""
    return [
        books.orders,
        books.confirmations,
        books.lots,
        books.scopes,
        books.genealogy,
        books.operations,
        books.meters,
        books.uncounted,
        books.people,
    ]
