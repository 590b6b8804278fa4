"""A reconciler over a database of its own, and two books as a test wants them."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from services.kit.backbone.outbox import Outbox
from services.kit.backbone.topic import Topic
from services.kit.clock import Instant, ManualClock
from services.kit.migrate import migrate
from services.kit.quantity import Quantity
from services.kit.store import Store
from services.process.adapters.reconciler import Pace, Reconciler
from services.process.domain.drift import Delivery, Goods, StockClass
from services.process.domain.effects import Effect, Kind, Line, Move, Movement, Posting, Stock
from services.process.domain.keys import LotKey, OrderKey
from services.process.ports.drifts import Site
from services.process.rpc.reconciling import announce
from services.process.store import sql_books
from services.process.store.drifts import SqlDrifts
from tests.servers import PostgresServer
from tests.tables import contents

NIGHT = datetime(2026, 5, 4, 0, 30, tzinfo=UTC)
"""Half past two in Lyon."""
ORDER = OrderKey("lyon", "4711")
FREE, ANY, QUALITY, BLOCKED = (
    StockClass.UNRESTRICTED, StockClass.ANY, StockClass.QUALITY, StockClass.BLOCKED,
)  # fmt: skip
AT = Instant(NIGHT)


def kg(amount: str) -> Quantity:
    """Kilograms."""
    return Quantity.parse(amount, "KGM")


def goods(amount: str, status: StockClass = FREE, lot: str = "L1") -> Goods:
    """Bread."""
    return Goods("BREAD", lot, status, kg(amount))


@dataclass
class Books:
    """ports.drifts.BothBooks: the warehouse and an ERP, as a test wants them."""

    ours: list[Goods] = field(default_factory=list)
    theirs: list[Goods] = field(default_factory=list)
    delivered: list[Delivery] = field(default_factory=list)
    output: dict[OrderKey, Quantity] = field(default_factory=dict)
    trouble: dict[str, Exception] = field(default_factory=dict)

    async def sites(self) -> Sequence[Site]:
        """Lyon, and a plant that nobody told the zone of."""
        if error := self.trouble.get("sites"):
            raise error
        return [Site("lyon", "Europe/Paris"), Site("metz", "")]

    async def stock(self, plant: str) -> Sequence[Goods]:
        """Ours."""
        return self.ours

    async def erp_stock(self, plant: str) -> Sequence[Goods]:
        """Theirs."""
        if error := self.trouble.get("stock"):
            raise error
        return self.theirs

    async def erp_deliveries(self, plant: str) -> Sequence[Delivery]:
        """Theirs."""
        if error := self.trouble.get("delivery"):
            raise error
        return self.delivered

    async def made(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, Quantity]:
        """Ours."""
        return {key: self.output[key] for key in orders if key in self.output}


@dataclass
class Office:
    """A reconciler over a database, and what it told."""

    store: Store
    books: Books
    clock: ManualClock
    drifts: SqlDrifts
    reconciler: Reconciler

    async def night(self) -> None:
        """The next one."""
        self.clock.advance(timedelta(days=1))
        await self.reconciler.round()

    async def told(self) -> list[str]:
        """Names of the events, oldest first."""
        async with self.store.work() as work:
            rows = await work.sql("SELECT key, type FROM outbox ORDER BY id")
        return [f"{key.rpartition('/')[0]} {type.rpartition('.')[2]}" for key, type in rows]

    async def open(self) -> list[str]:
        """What drifts, and by how much."""
        async with self.store.work():
            found = await self.drifts.open("lyon")
        return [
            f"{one.kind} {one.lot_no or one.order_no} {one.status}"
            f" {found[one].compared.unexplained}"
            for one in sorted(found)
        ]

    async def plan(self, *effects: Effect) -> None:
        """Of an order's flow."""
        async with self.store.work() as work:
            await work.sql(
                "INSERT INTO flow (key, look_at) VALUES (%s, now()) ON CONFLICT DO NOTHING",
                (ORDER.flow,),
            )
            await sql_books(self.clock).effects.plan(effects, "ann")

    async def posted(self, reference: str) -> None:
        """The ERP's word."""
        async with self.store.work():
            await sql_books(self.clock).effects.posted(reference, "D1", NIGHT)

    async def rows(self) -> dict[str, Any]:
        """Every table but those of drift and of what tells of it."""
        return await contents(self.store, "drift", "reconciliation", "outbox*", "audit*")


@pytest.fixture
async def office(postgres: PostgresServer) -> AsyncIterator[Office]:
    """With nothing in any books."""
    store = Store(postgres.dsn("process", prepared_by=partial(migrate, "process")))
    store.bind(Outbox(Topic("plantmesh.process")))
    clock, drifts, books = ManualClock(NIGHT), SqlDrifts(), Books()
    pace = Pace(time(2), 0.0)
    reconciler = Reconciler(store, books, drifts, announce, clock, pace)
    yield Office(store, books, clock, drifts, reconciler)
    await store.close()


def posting(reference: str, kind: Kind, amount: str, **more: Any) -> Posting:
    """Of bread."""
    return Posting(reference, ORDER, 1, kind, (Line("BREAD", "L1", kg(amount)),), AT, **more)


def movement(
    reference: str, move: Move, amount: str, stock: Stock = Stock.UNRESTRICTED
) -> Movement:
    """Of bread."""
    return Movement(reference, ORDER, move, LotKey("lyon", "BREAD", "L1"), stock, kg(amount), AT)
