"""A warehouse that moves stock, relays, and erp that books, each as a process."""

import asyncio
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import redis.asyncio as redis
from plantmesh.wms.v1.events_pb2 import StockMoved

from services.erp import consumers
from services.erp.store.finance import sql_accounts
from services.erp.store.parked import Releases
from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.poison import Patience
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.rounds import Rounds
from services.kit.store import Store
from tests.component.erp.money.books import moved
from tests.faults.place import Place
from tests.faults.roles import observer

ORDERS = tuple(f"47{number:02}" for number in range(4))
COSTS = {"steel": "2.004", "widget": "5"}
"""Of all else the cost comes when it is asked for."""
_PLAIN = (
    ("RECEIPT_PURCHASE", "steel"),
    ("ISSUE_TO_ORDER", "steel"),
    ("RECEIPT_PRODUCTION", "widget"),
    ("SCRAP", "widget"),
    ("BLOCK", "steel"),
    ("OPENING_BALANCE", "steel"),
)


@dataclass
class Storekeeper:
    """Moves this and that; one deed in eight takes back what was moved before."""

    name: str
    dice: random.Random
    count: int = 0
    standing: list[StockMoved] = field(default_factory=list)

    def work(self) -> Iterator[StockMoved]:
        """A movement; now and then the same again."""
        self.count += 1
        back = self.standing and self.dice.random() < 0.12
        new = self._take_back() if back else self._move()
        yield new
        if self.dice.random() < 0.2:
            yield new

    def _move(self) -> StockMoved:
        type, item_no = self.dice.choice(_PLAIN)
        if self.dice.random() < 0.1:
            type, item_no = "RECEIPT_PURCHASE", f"late-{self.name}-{self.count // 10}"
        order_no = self.dice.choice(ORDERS) if "ORDER" in type or "PRODUCTION" in type else ""
        amount = str(Decimal(self.dice.randint(1, 9999)) / 1000)
        new = moved(type, self._reference(), amount, item_no=item_no, order_no=order_no)
        self.standing.append(new)
        return new

    def _take_back(self) -> StockMoved:
        original = self.standing.pop(self.dice.randrange(len(self.standing))).movement
        return moved(
            "REVERSAL",
            self._reference(),
            original.quantity.value,
            item_no=original.stock.item_no,
            order_no=original.order_no,
            reverses=original.reference,
        )

    def _reference(self) -> str:
        return f"{self.name}-{self.count}"


@dataclass(frozen=True)
class Moving:
    """Commits some movements at a time, `pause` seconds apart on average."""

    pause: float = 0.06

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Move until stopped."""
        store = Store(place.owner)
        store.bind(Outbox(consumers.WMS))
        dice = random.Random(name)
        keeper = Storekeeper(f"{name}.{os.getpid()}", dice)
        while not stop.is_set():
            async with store.work() as work:
                for _ in range(dice.randint(1, 3)):
                    for one in keeper.work():
                        stock = one.movement.stock
                        emit(work, f"{stock.plant}/{stock.item_no}", one)
            await asyncio.sleep(dice.random() * 2 * self.pause)
        await store.close()


@dataclass(frozen=True)
class Carrying:
    """The relay of a topic, out of the warehouse's database or out of erp's."""

    topic: Topic

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Relay until stopped."""
        store = Store(place.owner if self.topic == consumers.WMS else place.reader)
        store.bind(Outbox(self.topic))
        options = RelayOptions(idle=0.02, trim=3600.0, subscribers=(consumers.MONEY,))
        await Relay(store, redis.Redis.from_url(place.broker), self.topic, options).run(stop)


@dataclass(frozen=True)
class Booking:
    """A replica of erp that books, settles, and tries again what waits for finance."""

    batch: int = 50

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Book until stopped."""
        store = Store(place.reader)
        store.bind(Outbox(consumers.ERP))
        options = ConsumerOptions(
            batch=self.batch,
            block=0.05,
            term=0.6,
            look_again=0.5,
            replay=0.05,
            patience=Patience(first=0.05, longest=1.0, suspect_first=0.1),
            observer=observer(place, name),
        )
        client = redis.Redis.from_url(place.broker)
        topics = [consumers.WMS, consumers.ERP]
        consumer = Consumer(store, client, consumers.money(), consumers.MONEY, topics, options)
        releases = Releases(store, sql_accounts(), SystemClock())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(consumer.run(stop))
            tasks.create_task(Rounds(releases.round, seconds=0.1).run(stop))
