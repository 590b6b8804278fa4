"""The three parts of the backbone as processes: who publishes, who relays, who applies."""

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field
from uuid import uuid4

import redis.asyncio as redis
from google.protobuf.wrappers_pb2 import StringValue

from services.kit import checkpoint
from services.kit.backbone.attempt import PASSING
from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.envelope import Event
from services.kit.backbone.poison import Patience
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.signal import Observer, Signal
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.errors import InvalidError, NotFoundError
from services.kit.store import Store, current_work
from tests.faults.facts import owner_store, publish
from tests.faults.place import SUBSCRIBER, TOPIC, Place


@dataclass(frozen=True)
class Producer:
    """Commits facts over `keys` keys, some a transaction, `pause` seconds apart on average."""

    keys: int = 40
    pause: float = 0.004
    sizes: tuple[int, ...] = (1, 1, 2, 3, 8)

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Publish until stopped; a fact is acknowledged when its commit returned."""
        store = owner_store(place)
        file = os.open(place.acked(name), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        dice = random.Random(f"{name}.{os.getpid()}")
        while not stop.is_set():
            count = dice.choice(self.sizes)
            facts = [(f"k{dice.randrange(self.keys)}", f"plain.{uuid4()}") for _ in range(count)]
            try:
                await publish(store, facts)
            except PASSING:
                place.counters.note("producer.retried")
                await asyncio.sleep(0.05)
                continue
            os.write(file, "".join(f"{id}\n" for _, id in facts).encode())
            checkpoint.reach("fault.accepted")
            await asyncio.sleep(dice.random() * 2 * self.pause)


def observer(place: Place, name: str) -> Observer:
    """Counts every signal, of all and of this role."""
    counters = place.counters

    def observe(signal: Signal, amount: int = 1, /, **_: object) -> None:
        counters.note(f"signal.{signal}", amount)
        counters.note(f"{name}.{signal}", amount)

    return observe


@dataclass(frozen=True)
class Relaying:
    """Runs the relay, or what a variant made of it. Times in seconds."""

    kind: type[Relay] = Relay
    subscribers: tuple[str, ...] = (SUBSCRIBER,)
    patience: float = 0.5
    trim: float = 3600.0

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Relay until stopped."""
        options = RelayOptions(
            idle=0.02,
            look_again=0.5,
            trim=self.trim,
            patience=self.patience,
            subscribers=self.subscribers,
            observer=observer(place, name),
        )
        client = redis.Redis.from_url(place.broker)
        await self.kind(owner_store(place), client, TOPIC, options).run(stop)


@dataclass(frozen=True)
class Consuming:
    """Runs a consumer, or what a variant made of it; its handler writes effects. In seconds."""

    kind: type[Consumer] = Consumer
    term: float = 0.6
    batch: int = 100

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Consume until stopped."""
        subscriptions = Subscriptions()
        subscriptions.on(StringValue)(Effects(place).apply)
        options = ConsumerOptions(
            batch=self.batch,
            block=0.05,
            term=self.term,
            look_again=0.5,
            replay=0.05,
            patience=Patience(first=0.05, longest=1.0, suspect_first=0.1, suspect=2),
            observer=observer(place, name),
        )
        client = redis.Redis.from_url(place.broker)
        store = Store(place.reader)
        await self.kind(store, client, subscriptions, SUBSCRIBER, [TOPIC], options).run(stop)


@dataclass
class Effects:
    """The handler under test: a row for every event, unless its kind says otherwise."""

    place: Place
    _mended: bool = field(default=False)

    async def apply(self, events: list[Event[StringValue]]) -> None:
        """Write the effects of a run of events within the ambient work."""
        if self.place.slow.exists():
            await asyncio.sleep(0.2)
        for event in events:
            await self._suffer(event.data.value)
        await current_work().sql(
            "INSERT INTO effect (key, sequence, id)"
            " SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[])",
            (
                [event.key for event in events],
                [event.sequence for event in events],
                [event.data.value for event in events],
            ),
        )

    async def _suffer(self, id: str) -> None:
        kind = id.partition(".")[0]
        if kind == "plain" or self._repaired():
            return
        if kind == "invalid":
            raise InvalidError("this one can never be right", field="value")
        if kind == "killer":
            self.place.counters.note("kill.poison")
            os.kill(os.getpid(), signal.SIGKILL)
        if kind == "early":
            await self._want(id.split(".")[1])

    async def _want(self, key: str) -> None:
        if not await current_work().sql("SELECT 1 FROM effect WHERE key = %s LIMIT 1", (key,)):
            raise NotFoundError(f"{key} is not here yet")

    def _repaired(self) -> bool:
        self._mended = self._mended or self.place.mended.exists()
        return self._mended
