"""Presses that count, the relay of telemetry, and mes that books, each as a process."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import redis.asyncio as redis
from google.protobuf.json_format import ParseDict
from plantmesh.telemetry.v1.events_pb2 import CountersRead

from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.poison import Patience
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.store import Store
from services.mes.consumers import COUNTS, TELEMETRY, counts
from services.mes.store import open_books
from tests.faults.place import Place
from tests.faults.roles import observer

ORDERS = 6
_BEGIN = datetime(2026, 5, 4, 12, tzinfo=UTC)


def orders() -> list[str]:
    """One a press."""
    return [f"o{n}" for n in range(ORDERS)]


@dataclass
class Press:
    """Counts kilograms; now and then it names an order that nobody knows."""

    name: str
    order_no: str
    dice: random.Random
    good: int = 0
    scrap: int = 0
    looks: int = 0
    epoch: int = 2
    told: list[CountersRead] = field(default_factory=list)

    def work(self) -> Iterator[CountersRead]:
        """A job's beginning, what is made then, and what a replaced collector says of it too."""
        order_no = "nobody's" if self.dice.random() < 0.1 else self.order_no
        yield self._look(order_no)
        self.good += self.dice.randint(1, 9)
        self.scrap += self.dice.randint(0, 1)
        if self.dice.random() < 0.05:
            self.epoch += 1
        new = self._look(order_no)
        yield new
        if self.dice.random() < 0.3:
            late = CountersRead()
            late.CopyFrom(new)
            late.epoch = 1
            late.counters[0].reading.value = str(self.good + 1000)
            yield late
        if self.dice.random() < 0.3:
            yield new

    def _look(self, order_no: str) -> CountersRead:
        self.looks += 1
        at = _BEGIN + timedelta(seconds=self.looks)

        def counter(kind: str, total: int) -> dict[str, object]:
            reading = {"value": str(total), "unit": "KGM"}
            return {"counter": kind.lower(), "kind": f"COUNTER_KIND_{kind}", "reading": reading}

        request = {
            "plant": "lyon",
            "equipment": f"lyon/{self.name}",
            "epoch": str(self.epoch),
            "counters": [counter("GOOD", self.good), counter("SCRAP", self.scrap)],
            "order_no": order_no,
            "lot_no": f"L-{order_no}",
            "quality": "QUALITY_GOOD",
            "read_at": {"timestamp": at.isoformat(), "offset_minutes": 120},
        }
        return ParseDict(request, CountersRead())


@dataclass(frozen=True)
class Pressing:
    """Commits the looks at all presses, some at a time, `pause` seconds apart on average."""

    pause: float = 0.05

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Count until stopped."""
        store = Store(place.owner)
        store.bind(Outbox(TELEMETRY))
        dice = random.Random(name)
        presses = [Press(f"press-{n}", no, dice) for n, no in enumerate(orders())]
        while not stop.is_set():
            press = dice.choice(presses)
            async with store.work() as work:
                for look in press.work():
                    emit(work, look.equipment, look)
            place.counters.note("looked")
            await asyncio.sleep(dice.random() * 2 * self.pause)
        await store.close()


@dataclass(frozen=True)
class Carrying:
    """The relay of telemetry."""

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Relay until stopped."""
        store = Store(place.owner)
        store.bind(Outbox(TELEMETRY))
        options = RelayOptions(idle=0.02, trim=3600.0, subscribers=(COUNTS,))
        await Relay(store, redis.Redis.from_url(place.broker), TELEMETRY, options).run(stop)


@dataclass(frozen=True)
class Counting:
    """A replica of mes that counts."""

    batch: int = 40

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Count until stopped."""
        store = Store(place.reader)
        store.bind(Outbox(Topic("plantmesh.mes")))
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
        subscriptions = counts(open_books(SystemClock()))
        await Consumer(store, client, subscriptions, COUNTS, [TELEMETRY], options).run(stop)
