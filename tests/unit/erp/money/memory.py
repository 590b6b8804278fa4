"""The money use cases' repositories in memory, and goods to move."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from services.erp.application.release_parked import release_parked
from services.erp.domain.accounts import AccountMapping, Chart
from services.erp.domain.booking import BOOKINGS, Role
from services.erp.domain.cost import StandardCost, ValuedItem
from services.erp.domain.entry import Entry, EntryKey, EntryKind, Line
from services.erp.domain.goods import GoodsMovement, MovementKey, Side, StockStatus
from services.erp.domain.keys import OrderKey
from services.erp.domain.money import Money
from services.erp.domain.settlement import OrderValue, Scrapped
from services.erp.domain.stock_value import StockKey, StockValue
from services.erp.domain.valuation import Facts
from services.erp.ports.accounting import (
    AccountBalance,
    Accounts,
    Numbered,
    Parked,
    ParkedDocument,
    Wanted,
)
from services.kit.clock import Instant, ManualClock
from services.kit.paging import Cut, Page
from services.kit.quantity import Measures, Quantity

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK = ManualClock(NOON)
ORDER = OrderKey("lyon", "4711")
STEEL, WIDGET = ("lyon", "steel"), ("lyon", "widget")


def cost(
    amount: str, per: str = "1", since: date = date.min, currency: str = "EUR"
) -> StandardCost:
    """For so many kilograms."""
    return StandardCost(Decimal(amount), currency, Quantity(Decimal(per), "KGM"), since)


def item(item_no: str, *costs: StandardCost, plant: str = "lyon") -> ValuedItem:
    """Counted in kilograms or drums of 25."""
    measures = Measures("KGM", (("XDR", "KGM", Fraction(25)),))
    return ValuedItem(plant, item_no, measures, ("paint", "RAW"), costs)


def mapping(code: str, account: str, plant: str = "", since: datetime = EVER) -> AccountMapping:
    """Of every plant, from the beginning."""
    return AccountMapping(plant, code, account, since)


ACCOUNTS = tuple(mapping(role, f"{100 + n}") for n, role in enumerate(Role))


def goods(
    type: str,
    reference: str,
    amount: str = "10",
    *,
    item_no: str = "steel",
    status: StockStatus = StockStatus.UNRESTRICTED,
    to: Side | None = None,
    **more: object,
) -> GoodsMovement:
    """At lyon, of an order where the type has one; a positive amount goes the type's way."""
    rule = BOOKINGS[type]
    quantity = Quantity(Decimal(amount), "KGM")
    here = Side("lyon", item_no, status, str(more.pop("owner", "")))
    there = to or (here._replace(status=rule.into or status) if rule.two_sided else None)
    if there and rule.takes_over:
        there = there._replace(owner="")
    plain = GoodsMovement(
        MovementKey("lyon", reference),
        type,
        here,
        quantity if rule.adds else -quantity,
        Instant(NOON),
        there,
        order_no="4711" if rule.against is Role.WIP else "",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def take_back(original: GoodsMovement, reference: str, at: datetime = NOON) -> GoodsMovement:
    """Its reversal."""
    return replace(
        original,
        key=original.key._replace(reference=reference),
        type="reversal",
        change=-original.change,
        occurred_at=Instant(at),
        reverses=original.key.reference,
    )


@dataclass
class Memory:
    """Journal, queue, masters and reports at once."""

    items: dict[tuple[str, str], ValuedItem] = field(default_factory=dict)
    mappings: list[AccountMapping] = field(default_factory=lambda: list(ACCOUNTS))
    zones: dict[str, str] = field(default_factory=lambda: {"lyon": "Europe/Paris"})
    entries: dict[EntryKey, Entry] = field(default_factory=dict)
    values: dict[StockKey, StockValue] = field(default_factory=dict)
    ended: set[OrderKey] = field(default_factory=set)
    scrap: dict[OrderKey, list[Scrapped]] = field(default_factory=dict)
    parked: dict[tuple[str, str, bool], ParkedDocument] = field(default_factory=dict)
    counted: int = 0

    async def lock_orders(self, orders: Collection[OrderKey]) -> None:
        """Nobody else is here."""

    async def waiting(self, keys: Collection[MovementKey]) -> set[MovementKey]:
        """Those that are parked."""
        return {key for key in keys if (*key, True) in self.parked}

    async def find(self, keys: Collection[MovementKey]) -> Mapping[MovementKey, Entry]:
        """Movements that were booked."""
        found = {key: EntryKey(key.plant, EntryKind.MOVEMENT, key.reference) for key in keys}
        return {key: self.entries[at] for key, at in found.items() if at in self.entries}

    async def stock(self, keys: Collection[StockKey]) -> dict[StockKey, StockValue]:
        """Those that are anything."""
        return {key: self.values[key] for key in keys if key in self.values}

    async def orders(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, OrderValue]:
        """Folded from the entries."""
        found: dict[OrderKey, OrderValue] = {}
        for one in self.entries.values():
            if one.order in orders and one.order:
                found[one.order] = found.get(one.order, OrderValue()).with_entry(one)
        return found

    async def closed(self, orders: Collection[OrderKey]) -> set[OrderKey]:
        """Those that were ended."""
        return self.ended & set(orders)

    async def scrapped(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, Sequence[Scrapped]]:
        """As it was told."""
        return {order: self.scrap.get(order, []) for order in orders}

    async def add(self, entries: Sequence[Entry], values: Mapping[StockKey, StockValue]) -> None:
        """Each once."""
        for one in entries:
            assert one.key not in self.entries, one.key
            self.entries[one.key] = one
        self.values |= values

    async def park(self, documents: Sequence[Parked]) -> None:
        """One a document."""
        for one in documents:
            key = (one.plant, one.reference, one.movement is not None)
            self.counted += 1
            known = self.parked.get(key)
            self.parked[key] = ParkedDocument(
                known.id if known else self.counted,
                one.plant,
                "movement" if one.movement else "settlement",
                one.reference,
                one.order_no,
                one.why.code,
                one.why.wants,
                str(one.why),
                NOON,
                one.movement,
            )

    async def take(self, after: int) -> Sequence[ParkedDocument]:
        """Two at a time."""
        rows = sorted(self.parked.values(), key=lambda one: one.id)
        return [one for one in rows if one.id > after][:2]

    async def drop(self, documents: Collection[int]) -> None:
        """They were booked."""
        self.parked = {key: one for key, one in self.parked.items() if one.id not in documents}

    async def version(self) -> tuple[int, ...]:
        """Nobody asks here."""
        return ()

    async def facts(self, goods: Collection[tuple[str, str]], plants: Collection[str]) -> Facts:
        """What is asked for alone, so that a use case which forgets to ask is found out."""
        return Facts(
            {key: self.items[key] for key in goods if key in self.items},
            {plant: zone for plant, zone in self.zones.items() if plant in plants},
            Chart(self.mappings),
        )

    @property
    def accounts(self) -> Accounts:
        """For the use cases."""
        return Accounts(self, self, self, _NoReports())

    def lines(self, *kinds: EntryKind) -> list[Line]:
        """Of all entries, or of some kinds."""
        return [
            line
            for one in self.entries.values()
            for line in one.lines
            if not kinds or one.key.kind in kinds
        ]

    def balance(self, role: Role, plant: str = "lyon") -> str:
        """What the role's accounts have, as a decimal."""
        total = sum(x.amount.minor for x in self.lines() if x.role is role and x.plant == plant)
        return Money(total, "EUR").text


async def release(books: Memory) -> None:
    """Try all that waits again."""
    after = 0
    while last := await release_parked(books.accounts, after, CLOCK):
        after = last


class _NoReports:
    """Use cases report nothing."""

    async def entries(self, wanted: Wanted, page: Page) -> Cut[Numbered]:
        """Never."""
        raise NotImplementedError

    async def trial_balance(
        self, plant: str, since: date | None, until: date | None
    ) -> Sequence[AccountBalance]:
        """Never."""
        raise NotImplementedError

    async def waiting(self, plant: str, page: Page) -> Cut[ParkedDocument]:
        """Never."""
        raise NotImplementedError

    async def waiting_of(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, int]:
        """Never."""
        raise NotImplementedError

    async def recount(self) -> Sequence[StockKey]:
        """Never."""
        raise NotImplementedError
