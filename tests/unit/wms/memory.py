"""The books of wms in memory, all or nothing; use_cases.py holds them to what PostgreSQL does."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime

from services.kit.clock import ManualClock
from services.kit.errors import NotFoundError
from services.kit.paging import Page
from services.kit.quantity import Measures, Quantity
from services.wms.domain.hold import Hold
from services.wms.domain.keys import LotKey, OrderKey, Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place
from services.wms.domain.rules import MovementType
from services.wms.domain.stock import Balance, Booked
from services.wms.ports import Books, Drift, Numbered
from tests.unit.wms.moves import ITEMS, NOON


@dataclass
class Rows:
    """What a transaction changes and a rollback restores."""

    holds: dict[tuple[LotKey, str], Hold] = field(default_factory=dict)
    booked: list[Booked] = field(default_factory=list)
    balances: dict[Place, Balance] = field(default_factory=dict)
    told: list[Booked] = field(default_factory=list)

    def filled(self) -> list[Balance]:
        """By place, none of them empty."""
        return [
            self.balances[key] for key in sorted(self.balances) if self.balances[key].quantity.value
        ]


class MemoryItems:
    """The bakery's items."""

    async def measures(self, wanted: Mapping[str, str]) -> dict[str, Measures]:
        """Refuses the first that is none of them."""
        for item_no, name in wanted.items():
            if item_no not in ITEMS:
                raise NotFoundError("no such item", code="unknown_item", field=name)
        return {item_no: ITEMS[item_no] for item_no in wanted}


class MemoryLots:
    """ports.Lots. Every version of a hold is remembered, the active ones are in force."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, list[str]]:
        """Nobody else is here."""
        return {key: [] for key in keys} | await self.holds(keys)

    async def holds(self, keys: Collection[LotKey]) -> dict[LotKey, list[str]]:
        """Sorted."""
        found: defaultdict[LotKey, list[str]] = defaultdict(list)
        for lot, hold_no in sorted(self._rows.holds):
            if lot in keys and self._rows.holds[lot, hold_no].active:
                found[lot].append(hold_no)
        return dict(found)

    async def hold(self, holds: Sequence[Hold]) -> None:
        """The highest version stays."""
        for hold in holds:
            known = self._rows.holds.get((hold.lot, hold.hold_no))
            if known is None or known.version < hold.version:
                self._rows.holds[hold.lot, hold.hold_no] = hold


class MemoryMovements:
    """ports.Movements."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def find(self, references: Collection[Reference]) -> dict[Reference, Movement]:
        """Those recorded."""
        found = (one.movement for one in self._rows.booked)
        return {one.reference: one for one in found if one.reference in references}

    async def reversals(self, references: Collection[Reference]) -> dict[Reference, Reference]:
        """By what each took back."""
        found = (one.movement for one in self._rows.booked)
        return {one.original: one.reference for one in found if one.original in references}  # type: ignore[misc]

    async def add(self, booked: Sequence[Booked], at: datetime) -> None:
        """Nobody else is here."""
        self._rows.booked += booked

    async def page(self, plant: str, page: Page) -> Sequence[Numbered]:
        """By number."""
        after = int(page.after[0]) if page.after else 0
        found = [
            Numbered(no, one.movement)
            for no, one in enumerate(self._rows.booked, 1)
            if no > after and one.movement.lot.plant == plant
        ]
        return found[: page.limit]

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """From their receipts."""
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for movement, _, _ in self._rows.booked:
            key = OrderKey(movement.lot.plant, movement.order_no)
            is_receipt = movement.type is MovementType.RECEIPT_PRODUCTION
            if is_receipt and movement.lot.lot_no and key in orders:
                found[key].add(movement.lot)
        return dict(found)


class MemoryBalances:
    """ports.Balances."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def get(self, places: Collection[Place]) -> dict[Place, Quantity]:
        """Those touched."""
        kept = self._rows.balances
        return {key: kept[key].quantity for key in places if key in kept}

    async def of_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Balance]]:
        """By location and status."""
        found: defaultdict[LotKey, list[Balance]] = defaultdict(list)
        for one in self._rows.filled():
            if one.place.lot in lots:
                found[one.place.lot].append(one)
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

    async def change(self, changes: Mapping[Place, Quantity], at: datetime) -> None:
        """Add."""
        for place, change in changes.items():
            known = self._rows.balances.get(place)
            quantity = known.quantity + change if known else change
            self._rows.balances[place] = Balance(place, quantity, at)

    async def rebuild(self) -> Sequence[Drift]:
        """Only PostgreSQL's can go wrong."""
        return []


class MemoryFacts:
    """ports.Facts."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def tell(self, fact: Booked) -> None:
        """In order."""
        self._rows.told.append(fact)


class MemoryWarehouse:
    """Units of work over books in memory."""

    def __init__(self) -> None:
        self._rows = Rows()

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        rows = deepcopy(self._rows)
        yield Books(
            MemoryItems(),
            MemoryLots(rows),
            MemoryMovements(rows),
            MemoryBalances(rows),
            MemoryFacts(rows),
            ManualClock(NOON),
        )
        self._rows = rows

    async def told(self) -> list[str]:
        """Key and reference."""
        return [f"{one.movement.lot} {one.movement.reference.text}" for one in self._rows.told]
