"""Variants: entries are added without asking what stands there, or the answer is believed."""

import math
from typing import Any

import pytest
from redis.asyncio import Redis

from services.kit.backbone.envelope import Position
from services.kit.backbone.judge import Found, Judge, StoppedError
from services.kit.backbone.link import Link
from services.kit.backbone.publish import Publisher
from services.kit.backbone.signal import Signal
from services.kit.backbone.topic import Topic
from services.kit.store import Row
from tests.faults.broker import Broker
from tests.faults.checker import check
from tests.faults.place import TOPIC, Place
from tests.faults.variants.owner import PARTITION, Owner, owner_of

pytestmark = pytest.mark.fault


class PlainAdd(Publisher):
    """The variant: XADD with explicit ids, which an empty stream takes as well."""

    def __init__(self, link: Link, redis: Redis, topic: Topic, judge: Judge, batch: int) -> None:
        super().__init__(link, redis, topic, judge, batch)
        self.redis = redis

    async def append(self, partition: int, expected: str, rows: list[Row]) -> Found | None:
        """Add whatever comes next."""
        if not rows:
            return await super().append(partition, expected, rows)
        for position, event_id, *_, key, _sequence, _traceparent, _actor, data in rows:
            fields: dict[Any, Any] = {"ce_id": event_id, "ce_partitionkey": key, "data": data}
            await self.redis.xadd(TOPIC.stream(partition), fields, id=position)
        return None


@pytest.mark.parametrize(("kind", "whole"), [(Publisher, True), (PlainAdd, False)])
async def test_flush_under_load_loses_nothing(
    place: Place, broker: Broker, kind: type[Publisher], whole: bool
) -> None:
    async with owner_of(place) as owner:
        publisher = owner.publisher(kind)
        await owner.write("a", "b")
        await owner.place()
        await publisher.publish(PARTITION)
        broker.flush()
        await owner.write("c")
        await owner.place()
        for _ in range(3):
            await publisher.publish(PARTITION)
        verdict = check(owner.books.accepted(), await owner.streamed())
    assert verdict.ok is whole
    assert (verdict.lost == 0) is whole


class ByPositionOnly(Judge):
    """The variant: a tail within our head is ours, whatever event stands there."""

    async def is_ours(self, partition: int, found: Found) -> bool:
        """Compare positions, not events."""
        [(incarnation, n)] = await self._head(partition)
        return found.last <= Position(incarnation, n)


async def forget_tail_and_go_on(owner: Owner) -> None:
    """A file-level restore: the stream knows d and e, the database has others in their place."""
    await owner.write("a", "b", "c", "d", "e")
    await owner.place()
    await owner.publisher().publish(PARTITION)
    owner.books.owner("DELETE FROM outbox WHERE n > 3")
    owner.books.owner("UPDATE outbox_key SET sequence = 3")
    owner.books.owner("UPDATE stream_head SET n = 3, sent_n = 3 WHERE partition = %s", PARTITION)
    await owner.write("x", "y", "z")
    await owner.place()


async def test_foreign_tail_stops_and_alerts(place: Place) -> None:
    async with owner_of(place) as owner:
        await forget_tail_and_go_on(owner)
        with pytest.raises(StoppedError):
            await owner.publisher().publish(PARTITION)
        assert Signal.FOREIGN_TAIL in owner.signals


async def test_positions_alone_lose_events_silently(place: Place) -> None:
    async with owner_of(place) as owner:
        await forget_tail_and_go_on(owner)
        publisher = owner.publisher(judge=ByPositionOnly)
        for _ in range(3):
            await publisher.publish(PARTITION)
        verdict = check(owner.books.accepted(), await owner.streamed())
        assert Signal.FOREIGN_TAIL not in owner.signals
    assert verdict.lost == 2
    assert verdict.foreign == 2


@pytest.mark.parametrize(("compare_every", "whole"), [(0.0, True), (math.inf, False)])
async def test_flush_of_an_idle_partition_is_noticed(
    place: Place, broker: Broker, compare_every: float, whole: bool
) -> None:
    async with owner_of(place) as owner:
        publisher = owner.publisher()
        await owner.write("a", "b")
        await owner.place()
        await publisher.publish(PARTITION)
        broker.flush()
        for _ in range(3):
            if not publisher.rests(PARTITION, compare_every=compare_every):
                await publisher.publish(PARTITION)
        verdict = check(owner.books.accepted(), await owner.streamed())
    assert verdict.ok is whole
