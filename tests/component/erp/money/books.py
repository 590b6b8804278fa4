"""Money in PostgreSQL: master data as copied, and movements told by a wms of the test's own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.common.v1.instant_pb2 import Instant
from plantmesh.common.v1.quantity_pb2 import Quantity
from plantmesh.reference.v1 import records_pb2, reference_pb2
from plantmesh.wms.v1 import wms_pb2
from plantmesh.wms.v1.events_pb2 import StockMoved
from redis.asyncio import Redis

from services.erp import consumers, wire
from services.erp.domain.booking import Role
from services.erp.store.finance import sql_accounts
from services.erp.store.parked import Releases
from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.topic import Topic
from services.kit.clock import ManualClock
from services.kit.copies import put
from services.kit.store import Row, Store
from tests.unit.erp.memory import NOON
from tests.waiting import until

ERP = Topic("plantmesh.erp")
CLOCK = ManualClock(NOON)
MADE = Timestamp(seconds=int(NOON.timestamp()))


async def put_costs(store: Store, **costs: str) -> None:
    """Items that cost so many euros a kilogram at lyon, from the beginning."""
    items = [
        reference_pb2.Item(
            item_no=item_no, base_unit="KGM", type=reference_pb2.ITEM_TYPE_RAW, version=1
        )
        for item_no in costs
    ]
    priced = [
        records_pb2.StandardCost(
            item_no=item_no,
            plant="lyon",
            currency="EUR",
            amount=amount,
            per=Quantity(value="1", unit="KGM"),
            version=1,
        )
        for item_no, amount in costs.items()
    ]
    async with store.work():
        await put(wire.ITEMS, items)
        await put(wire.COSTS, priced)


async def put_accounts(store: Store, *roles: str) -> None:
    """Each role has the account of its own name, as reference tells of approved codes."""
    async with store.work():
        await put(
            wire.CODES,
            [
                reference_pb2.CodeMapping(
                    code=reference_pb2.Code(domain="account", system="valuation", code=role),
                    canonical=f"A-{role}",
                    mapping_version=1,
                    status=reference_pb2.CODE_STATUS_APPROVED,
                )
                for role in roles or list(Role)
            ],
        )


def moved(type: str, reference: str, amount: str = "10", **more: str) -> StockMoved:
    """Kilograms of steel at lyon, for order 4711 where the type has one."""
    of_order = type in ("ISSUE_TO_ORDER", "RECEIPT_PRODUCTION")
    stock = wms_pb2.StockKey(
        plant="lyon",
        item_no=more.get("item_no", "steel"),
        lot_no=more.get("lot_no", "L1"),
        status=wms_pb2.STOCK_STATUS_UNRESTRICTED,
        owner=more.get("owner", ""),
    )
    movement = wms_pb2.Movement(
        reference=reference,
        type=wms_pb2.MovementType.Value(f"MOVEMENT_TYPE_{type}"),
        stock=stock,
        quantity=Quantity(value=amount, unit="KGM"),
        occurred_at=Instant(timestamp=MADE, offset_minutes=120),
        order_no=more.get("order_no", "4711" if of_order else ""),
        reverses=more.get("reverses", ""),
    )
    return StockMoved(movement=movement)


STORY = [
    moved("RECEIPT_PURCHASE", "m-1", "100"),
    moved("ISSUE_TO_ORDER", "m-2", "40"),
    moved("RECEIPT_PRODUCTION", "m-3", "7", item_no="widget"),
    moved("BLOCK", "m-4", "5"),
    moved("SCRAP", "m-5", "1.005"),
    moved("REVERSAL", "m-6", "1.005", reverses="m-5"),
]
BOOKED = {"A-grir": -20040, "A-stock": 12024 + 3500, "A-wip": 8016 - 3500}
"""What the story comes to, in cents by account."""


@dataclass
class Warehouse:
    """An owner of plantmesh.wms with a relay, and the consumer that books what it tells."""

    store: Store
    books: Store
    redis: Redis

    async def tell(self, *events: StockMoved) -> None:
        """In one transaction, under the key of the lot."""
        async with self.store.work() as work:
            for event in events:
                stock = event.movement.stock
                emit(work, f"{stock.plant}/{stock.item_no}/{stock.lot_no}", event)
        await self.publish()

    async def publish(self) -> None:
        """Whatever waits in the outbox."""
        relay = Relay(self.store, self.redis, consumers.WMS, RelayOptions(idle=0.01))
        while not await relay.turn():
            pass
        await relay.close()

    @asynccontextmanager
    async def booking(self) -> AsyncIterator[Consumer]:
        """A life of the consumer; what it did not commit it did not do."""
        options = ConsumerOptions(block=0.01, term=0.2, look_again=0.0, longest_pause=0.0)
        one = Consumer(
            self.books, self.redis, consumers.money(), consumers.MONEY, [consumers.WMS], options
        )
        await one.tick()
        try:
            yield one
        finally:
            await one.close()

    async def booked(self, count: int) -> None:
        """Read until the journal has so many movements."""

        async def there() -> bool:
            await one.tick()
            await one.turn()
            return await movements(self.books) == count

        async with self.booking() as one:
            await until(there)
            await one.leave()


async def movements(store: Store) -> int:
    """How many are in the journal."""
    rows = await ask(store, "SELECT count(*) FROM journal_entry WHERE kind = 'movement'")
    return int(rows[0][0])


async def ask(store: Store, query: str, *params: object) -> Sequence[Row]:
    """In a transaction of its own."""
    async with store.work() as work:
        return await work.sql(query, params)


async def balances(store: Store) -> dict[str, int]:
    """Minor units by account, without those that have nothing."""
    rows = await ask(
        store,
        "SELECT account, sum(amount)::int FROM journal_line GROUP BY 1 HAVING sum(amount) <> 0",
    )
    return dict(rows)


async def release(store: Store) -> None:
    """A round of what waits."""
    await Releases(store, sql_accounts(), CLOCK).round()


def owner(dsn: str) -> Store:
    """A wms that can only tell."""
    store = Store(dsn)
    store.bind(Outbox(consumers.WMS))
    return store
