"""An owner and a subscriber with a broker between them, moved step by step."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import Int64Value, StringValue
from plantmesh.common.v1.quantity_pb2 import Quantity
from redis.asyncio import Redis

from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.envelope import Event
from services.kit.backbone.outbox import emit
from services.kit.backbone.poison import Patience
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.signal import Signal
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.store import Row, Store, current_work

TOPIC = Topic("plantmesh.shop", partitions=4)
READER = "reader"
TERM = 0.2
Raw = tuple[str, dict[bytes, bytes]]
QUICK = Patience(first=0.0, longest=0.0, waiting=3, suspect=2, suspect_first=0.0, deaths=2)


class Heard:
    """Every signal, counted; the facts of the last one of each kind."""

    def __init__(self) -> None:
        self.counts: Counter[Signal] = Counter()
        self.facts: dict[Signal, dict[str, object]] = {}

    def __call__(self, signal: Signal, amount: int = 1, /, **facts: object) -> None:
        """Count it."""
        self.counts[signal] += amount
        self.facts[signal] = facts


class Died(BaseException):
    """Goes through everything, as kill -9 does; what was open rolls back."""


@dataclass
class Handlers:
    """The use cases of the subscriber: they write what came, unless told to fail."""

    failures: dict[str, list[BaseException | None]] = field(default_factory=dict)
    runs: list[list[str]] = field(default_factory=list)

    async def take(self, events: list[Event[Any]]) -> None:
        """Write the effects; a value's failures are raised one after the other, the last for ever.

        None in that list is a try that succeeds.
        """
        self.runs.append([_text(event.data) for event in events])
        for event in events:
            planned = self.failures.get(_text(event.data), [])
            error = planned.pop(0) if len(planned) > 1 else next(iter(planned), None)
            if error is not None:
                raise error
            await current_work().sql(
                "INSERT INTO effect (key, sequence, value) VALUES (%s, %s, %s)",
                (event.key, event.sequence, _text(event.data)),
            )


@dataclass
class Shop:
    """The two databases, the broker, and what was heard."""

    owner: Store
    reader: Store
    redis: "Redis"
    handlers: Handlers = field(default_factory=Handlers)
    heard: Heard = field(default_factory=Heard)
    opened: list[Relay | Consumer] = field(default_factory=list)
    consumers: list[Consumer] = field(default_factory=list)
    courier: Relay | None = None

    def relay(self, kind: type[Relay] = Relay, **options: Any) -> Relay:
        """A relay that compares whenever it is asked to."""
        base = RelayOptions(compare=0.0, look_again=0.0, patience=TERM, observer=self.heard)
        relay = kind(self.owner, self.redis, TOPIC, replace(base, **options))
        self.opened.append(relay)
        return relay

    def consumer(
        self,
        kind: type[Consumer] = Consumer,
        *,
        name: str = READER,
        wanted: Subscriptions | None = None,
        **options: Any,
    ) -> Consumer:
        """A replica of the subscriber."""
        base = ConsumerOptions(
            block=0.01,
            term=TERM,
            replay=0.0,
            look_again=0.0,
            longest_pause=0.0,
            patience=QUICK,
            observer=self.heard,
        )
        subscriptions = wanted or self.subscriptions()
        consumer = kind(
            self.reader, self.redis, subscriptions, name, [TOPIC], replace(base, **options)
        )
        self.opened.append(consumer)
        self.consumers.append(consumer)
        return consumer

    def subscriptions(self) -> Subscriptions:
        """Three types go to one handler."""
        subscriptions = Subscriptions()
        for message in (StringValue, Int64Value, Quantity):
            subscriptions.on(message)(self.handlers.take)
        return subscriptions

    async def publish(self, *facts: tuple[str, str | int | Message]) -> list[str]:
        """One business transaction that tells (key, value) each; the events' ids."""
        async with self.owner.work() as work:
            return [emit(work, key, _message(value)) for key, value in facts]

    async def carry(self, relay: Relay) -> None:
        """Let the relay work until nothing moves, and a little beyond to compare."""
        for _ in range(3):
            while not await relay.turn():
                pass

    async def deliver(self, *facts: tuple[str, str | int | Message]) -> None:
        """Publish and carry, always by the same relay."""
        await self.publish(*facts)
        self.courier = self.courier or self.relay()
        await self.carry(self.courier)

    async def consume(self, consumer: Consumer, turns: int = 3) -> None:
        """A few turns; without a lease it beats first."""
        if not consumer.held:
            await consumer.tick()
        for _ in range(turns):
            await consumer.turn()

    async def entries(self, partition: int) -> list[tuple[str, str]]:
        """(stream id, ce_id) of what stands in a partition."""
        return [(id, fields[b"ce_id"].decode()) for id, fields in await self.raw(partition)]

    async def raw(self, partition: int, low: str = "-", high: str = "+") -> list[Raw]:
        """(stream id, fields) of a partition's entries between two ids."""
        found: Any = await self.redis.xrange(TOPIC.stream(partition), low, high)
        return [(id.decode(), fields) for id, fields in found]

    async def add(self, partition: int, *entries: Raw) -> None:
        """Write entries as they are."""
        for id, fields in entries:
            flat: dict[Any, Any] = dict(fields)
            await self.redis.xadd(TOPIC.stream(partition), flat, id=id)

    async def effects(self) -> list[tuple[str, str]]:
        """(key, value), as they were written."""
        return [
            (key, value)
            for key, value in await self.ask("SELECT key, value FROM effect ORDER BY id")
        ]

    async def ask(self, query: Any, *params: object) -> list[Row]:
        """Ask or change the subscriber's database."""
        async with self.reader.work() as work:
            return await work.sql(query, params)

    async def interfere(self, query: Any) -> None:
        """Change the subscriber's database from aside, also while a unit of work is open."""
        connection = await self.reader.raw()
        await connection.execute(query)
        await connection.close()

    async def ask_owner(self, query: Any, *params: object) -> list[Row]:
        """Ask or change the owner's database."""
        async with self.owner.work() as work:
            return await work.sql(query, params)

    async def close(self) -> None:
        """Give everything back."""
        for part in self.opened:
            await part.close()
        await self.owner.close()
        await self.reader.close()
        await self.redis.aclose()


def keys_of(partition: int, count: int) -> Sequence[str]:
    """Keys that live in a partition."""
    found = (f"k{i}" for i in range(10_000))
    return [key for key in found if TOPIC.part_of(key) == partition][:count]


def _message(value: str | int | Message) -> Message:
    if isinstance(value, Message):
        return value
    return StringValue(value=value) if isinstance(value, str) else Int64Value(value=value)


def _text(message: Any) -> str:
    return str(message.value)
