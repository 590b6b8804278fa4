"""The ERP service's ports in memory, and examples to fill them with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from services.erp.domain.codes import Code, CodeTable
from services.erp.domain.document import ComponentDocument, OperationDocument, OrderDocument
from services.erp.domain.hold import Hold, held
from services.erp.domain.keys import CommercialKey, LotKey, OrderKey
from services.erp.domain.order import Lifecycle, News, ProductionOrder, Status
from services.erp.domain.posting import Kind, Line, Posting
from services.erp.ports import Books, PostingRecord
from services.erp.ports.feeds import RawOrder, Take
from services.kit.clock import Instant
from services.kit.errors import ConflictError, DomainError, NotFoundError
from services.kit.lanes.entry import State
from services.kit.paging import Cut, Page
from services.kit.quantity import Quantity
from tests.unit.erp.memory_commercial import MemoryCommercial
from tests.unit.erp.money.memory import Memory

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ORDER = OrderKey("lyon", "4711")
LOT = LotKey("lyon", "widget", "L-7")
CODES = (
    Code("uom", "KG", "KGM"),
    Code("status", "REL", "lifecycle.released"),
    Code("status", "PCNF", "confirmation.partial"),
    Code("status", "TECO", "technically_complete"),
    Code("status", "PRT", "none"),
    Code("work_center", "W1", "lyon/press-1"),
    Code("reason", "01", "worn_tool"),
)


def kg(value: str) -> Quantity:
    """Kilograms."""
    return Quantity(Decimal(value), "KGM")


def order(key: OrderKey = ORDER, **change: object) -> ProductionOrder:
    """A released order of 100 kg widgets."""
    plain = ProductionOrder(
        key, "erp-1", "widget", kg("100"), Status(Lifecycle.RELEASED), "v1", NOON
    )
    return replace(plain, **change)  # type: ignore[arg-type]


def posting(reference: str = "lyon/4711/1/yield", **change: object) -> Posting:
    """A yield of 40 kg in lot L-7 at noon UTC."""
    plain = Posting(
        reference,
        ORDER,
        Kind.YIELD,
        Instant(NOON, 120),
        date(2026, 5, 4),
        (Line("widget", kg("40"), "L-7"),),
    )
    return replace(plain, **change)  # type: ignore[arg-type]


def document(**change: object) -> OrderDocument:
    """The order as the ERP spells it."""
    plain = OrderDocument(
        "lyon",
        "4711",
        "widget",
        "100",
        "KG",
        ("REL", "PCNF", "PRT"),
        "v1",
        NOON,
        components=(ComponentDocument(10, "steel", "120.5", "KG"),),
        operations=(OperationDocument(10, "pressing", "W1"),),
    )
    return replace(plain, **change)  # type: ignore[arg-type]


@dataclass
class MemoryOrders:
    """Orders, and what was told of them."""

    orders: dict[OrderKey, ProductionOrder] = field(default_factory=dict)
    told: list[tuple[str, News]] = field(default_factory=list)

    async def get_many(self, keys: Collection[OrderKey]) -> Mapping[OrderKey, ProductionOrder]:
        """Those that exist."""
        return {key: self.orders[key] for key in keys if key in self.orders}

    async def page(self, plant: str, page: Page) -> Cut[ProductionOrder]:
        """Orders of a plant by order number."""
        rows = sorted((o for o in self.orders.values() if o.key.plant == plant), key=str)
        return page.cut(rows, lambda row: (row.key.order_no,))

    async def walk(self, after: OrderKey | None) -> Sequence[ProductionOrder]:
        """One at a time, by key."""
        return [self.orders[key] for key in sorted(self.orders) if not after or key > after][:1]

    async def making_for(self, orders: Collection[CommercialKey]) -> Sequence[ProductionOrder]:
        """Nobody asks for it here."""
        raise NotImplementedError

    async def lock(self, key: OrderKey) -> ProductionOrder | None:
        """The order, for a change."""
        return self.orders.get(key)

    async def put(self, order: ProductionOrder, news: News) -> None:
        """Store and tell."""
        self.orders[order.key] = order
        self.told.append((str(order.key), news))


@dataclass
class MemoryPostings:
    """Postings by (system, reference)."""

    records: dict[tuple[str, str], PostingRecord] = field(default_factory=dict)
    released: list[LotKey] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)

    async def accept(self, system: str, posting: Posting, *, aside: str = "") -> None:
        """Keep the first one of a reference."""
        record = PostingRecord(
            order=posting.order,
            reference=posting.reference,
            posting=posting,
            system=system,
            position=len(self.records) + 1,
            state=State.READY,
            document="",
            reason="",
            attempts=0,
            aside=aside,
            since=NOON,
        )
        first = self.records.setdefault((system, posting.reference), record)
        if first.posting != posting:
            raise ConflictError("other content", code="reference_taken", field="reference")

    async def decline(self, system: str, posting: Posting, reason: str) -> PostingRecord:
        """Told, not kept."""
        await self.accept(system, posting)
        record = self.records.pop((system, posting.reference))
        self.declined.append(reason)
        return replace(record, state=State.SKIPPED, reason=reason)

    async def by_reference(
        self, system: str, references: Collection[str]
    ) -> Mapping[str, PostingRecord]:
        """Those that exist."""
        return {
            reference: self.records[system, reference]
            for reference in references
            if (system, reference) in self.records
        }

    async def of_orders(self, keys: Collection[OrderKey]) -> Sequence[PostingRecord]:
        """By order."""
        return [record for record in self.records.values() if record.order in keys]

    async def set_aside(self, lots: Mapping[LotKey, str]) -> None:
        """Note why on whatever names the lot."""
        for key, record in self.records.items():
            if record.posting and (mine := record.posting.lots & lots.keys()):
                self.records[key] = replace(record, aside=lots[next(iter(mine))])

    async def release(self, lots: Collection[LotKey]) -> None:
        """Note that they may go on."""
        self.released += sorted(lots)

    async def under_way(self, lots: Collection[LotKey]) -> Sequence[str]:
        """What a test says, for lots that are asked about."""
        return self.busy if lots else []


@dataclass
class MemoryHolds:
    """Holds by number and lot."""

    holds: dict[tuple[str, LotKey], Hold] = field(default_factory=dict)

    async def lock(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """All of these lots."""
        return [hold for hold in self.holds.values() if hold.lot in lots]

    async def put(self, hold: Hold) -> None:
        """Store it."""
        self.holds[hold.hold_no, hold.lot] = hold

    @property
    def held(self) -> Mapping[LotKey, str]:
        """What is held now."""
        return held(self.holds.values())


@dataclass
class MemoryMaster:
    """Systems, plants and codes at once."""

    systems: dict[str, str] = field(default_factory=lambda: {"lyon": "erp-1"})
    deaf: set[str] = field(default_factory=set)
    """Plants whose ERP is not told that orders have ended."""
    zones: dict[str, str] = field(default_factory=lambda: {"lyon": "Europe/Paris"})
    codes: tuple[Code, ...] = CODES

    async def plants(self, system: str) -> Sequence[str]:
        """Those of the system."""
        return [plant for plant, one in self.systems.items() if one == system]

    async def of_plant(self, plant: str) -> str:
        """The system of a plant."""
        if plant not in self.systems:
            raise NotFoundError("no system", field="plant")
        return self.systems[plant]

    async def closes(self, plant: str) -> bool:
        """Unless it is deaf."""
        return plant not in self.deaf

    async def zone(self, plant: str) -> str:
        """Its zone."""
        return self.zones[plant]

    async def table(self, system: str, plant: str, at: datetime) -> CodeTable:
        """The codes."""
        return CodeTable(system, plant, self.codes, at)

    async def all(self, system: str, plant: str) -> Sequence[Code]:
        """The codes."""
        return self.codes


@dataclass
class Shelf:
    """Everything a use case needs, and `books` to hand to it."""

    orders: MemoryOrders = field(default_factory=MemoryOrders)
    postings: MemoryPostings = field(default_factory=MemoryPostings)
    holds: MemoryHolds = field(default_factory=MemoryHolds)
    master: MemoryMaster = field(default_factory=MemoryMaster)
    commercial: MemoryCommercial = field(default_factory=MemoryCommercial)

    @property
    def books(self) -> Books:
        """As the ports."""
        return Books(
            self.orders,
            self.postings,
            self.holds,
            self.master,
            self.master,
            self.master,
            Memory().accounts,
            self.commercial,
        )


@dataclass
class MemoryInbox:
    """Raw orders by (id, content): True once taken, else why not."""

    kept: dict[tuple[str, bytes], bool | str] = field(default_factory=dict)

    async def receive(self, orders: Sequence[RawOrder], take: Take) -> None:
        """Keep all, take what is new."""
        new = [raw for raw in orders if (raw.id, raw.content) not in self.kept]
        self.kept |= {(raw.id, raw.content): False for raw in new}
        for raw in new:
            await self._take(raw, take)

    async def replay(self, take: Take) -> None:
        """Take what failed."""
        for (id, content), state in list(self.kept.items()):
            if state is not True:
                await self._take(RawOrder(id, content), take)

    async def _take(self, raw: RawOrder, take: Take) -> None:
        try:
            await take(raw)
            self.kept[raw.id, raw.content] = True
        except DomainError as error:
            self.kept[raw.id, raw.content] = f"{error.code} {error.field}"


@dataclass
class MemoryMarks:
    """How far each kind of each system's orders was read."""

    marks: dict[tuple[str, str], str] = field(default_factory=dict)

    async def get(self, system: str, kind: str) -> str:
        """The mark."""
        return self.marks.get((system, kind), "")

    async def put(self, system: str, kind: str, mark: str) -> None:
        """Keep it."""
        self.marks[system, kind] = mark


@dataclass
class MemorySources:
    """Who was heard, with what news; who was not, and why."""

    said: list[tuple[str, datetime | str | None]] = field(default_factory=list)
    not_read: Mapping[str, str] = field(default_factory=dict)

    async def heard(
        self, system: str, changed_at: datetime | None, not_read: Mapping[str, str]
    ) -> None:
        """Keep it."""
        self.said.append((system, changed_at))
        self.not_read = not_read

    async def silent(self, system: str, reason: str) -> None:
        """Keep it."""
        self.said.append((system, reason))
