"""The owner's side of one run, step by step, in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import redis.asyncio as redis
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.broker import plain
from services.kit.backbone.delivery import Entry
from services.kit.backbone.judge import Judge
from services.kit.backbone.link import Link
from services.kit.backbone.place import Placer, prepare_heads
from services.kit.backbone.publish import Publisher
from services.kit.backbone.signal import Signal
from services.kit.store import Store
from tests.faults.books import Books
from tests.faults.facts import owner_store, publish
from tests.faults.place import TOPIC, Place

KEY = "k1"
PARTITION = TOPIC.part_of(KEY)
STREAM = TOPIC.stream(PARTITION)


@dataclass
class Owner:
    """A store with its outbox, a link and a broker client, and what was signalled."""

    store: Store
    link: Link
    redis: redis.Redis
    books: Books
    signals: list[Signal] = field(default_factory=list)

    async def write(self, *ids: str) -> None:
        """One transaction a fact, all of the same key."""
        for id in ids:
            await publish(self.store, [(KEY, f"plain.{id}")])

    async def place(self, kind: type[Placer] = Placer) -> int:
        """Place what waits."""
        return (await kind(self.link, 100).place([PARTITION])).get(PARTITION, 0)

    def publisher(
        self, kind: type[Publisher] = Publisher, judge: type[Judge] = Judge, batch: int = 100
    ) -> Publisher:
        """A publisher, or what a variant made of it."""
        judging = judge(self.link, self.redis, TOPIC, self.observe)
        return kind(self.link, self.redis, TOPIC, judging, batch)

    def observe(self, signal: Signal, amount: int = 1, /, **_: object) -> None:
        """Keep what was signalled."""
        self.signals.extend([signal] * amount)

    def placed(self) -> list[tuple[str, str]]:
        """(key, id) in the order of positions."""
        rows = self.books.owner(
            "SELECT key, data FROM outbox WHERE n IS NOT NULL ORDER BY partition, incarnation, n"
        )
        return [(key, StringValue.FromString(data).value) for key, data in rows]

    async def publish(self, *ids: str) -> None:
        """Write, place and publish facts of one key."""
        await self.write(*ids)
        await self.place()
        await self.publisher().publish(PARTITION)

    async def entries(self) -> list[Entry]:
        """The stream from its start, as a consumer reads it."""
        found: Any = await self.redis.execute_command(  # type: ignore[no-untyped-call]
            "XREAD", "STREAMS", STREAM, "0-0"
        )
        return [(id, values) for id, values in found[0][1]]

    async def streamed(self) -> list[tuple[str, str]]:
        """(key, id) as they stand in the stream."""
        entries: Any = await self.redis.xrange(STREAM)
        return [
            (fields[b"ce_partitionkey"].decode(), StringValue.FromString(fields[b"data"]).value)
            for _, fields in entries
        ]


@asynccontextmanager
async def owner_of(place: Place) -> AsyncIterator[Owner]:
    """Open everything; the heads are there."""
    client = plain(redis.Redis.from_url(place.broker))
    owner = Owner(owner_store(place), Link(owner_store(place)), client, Books(place))
    await prepare_heads(await owner.link.connection(), TOPIC.partitions)
    try:
        yield owner
    finally:
        await owner.link.drop()
        await owner.store.close()
        await client.aclose()
        owner.books.close()
