"""Variants: who never reported does not count; reports live in the broker alone."""

import pytest

from services.kit.backbone.envelope import Position
from services.kit.backbone.trim import Trimmer, register
from tests.faults.broker import Broker
from tests.faults.checker import check
from tests.faults.place import SUBSCRIBER, TOPIC, Place
from tests.faults.variants.owner import PARTITION, owner_of

pytestmark = pytest.mark.fault

LATE = "late"


class OnlyWhoReported(Trimmer):
    """The variant: the lowest of the cursors it happens to know."""

    async def lowest(self, partition: int) -> Position | None:
        """Leave out who is missing."""
        rows = await self.link.rows(
            "SELECT incarnation, n FROM subscriber WHERE partition = %s AND n IS NOT NULL",
            (partition,),
        )
        return min((Position(*row) for row in rows), default=None)


class BrokerRemembers(Trimmer):
    """The variant: what the broker says now is all there is."""

    async def lowest(self, partition: int) -> Position | None:
        """Ask the broker."""
        reports = await self.redis.hgetall(TOPIC.reports(partition))
        return min((Position.parse(text) for text in reports.values()), default=None)


@pytest.mark.parametrize(("kind", "whole"), [(Trimmer, True), (OnlyWhoReported, False)])
async def test_who_never_reported_holds_back(
    place: Place, kind: type[Trimmer], whole: bool
) -> None:
    async with owner_of(place) as owner:
        for name in (SUBSCRIBER, LATE):
            await register(owner.link, TOPIC, name)
        await owner.publish(*"abcdef")
        await owner.redis.hset(TOPIC.reports(PARTITION), SUBSCRIBER, "1-6")
        await kind(owner.link, owner.redis, TOPIC, owner.observe).trim()
        verdict = check(owner.books.accepted(), await owner.streamed())
    assert verdict.ok is whole


@pytest.mark.parametrize(("kind", "whole"), [(Trimmer, True), (BrokerRemembers, False)])
async def test_a_flush_does_not_forget_who_is_slow(
    place: Place, broker: Broker, kind: type[Trimmer], whole: bool
) -> None:
    async with owner_of(place) as owner:
        trimmer = kind(owner.link, owner.redis, TOPIC, owner.observe)
        for name in (SUBSCRIBER, LATE):
            await register(owner.link, TOPIC, name)
        await owner.publish(*"abcdef")
        await owner.redis.hset(TOPIC.reports(PARTITION), SUBSCRIBER, "1-6")
        await owner.redis.hset(TOPIC.reports(PARTITION), LATE, "1-2")
        await trimmer.trim()
        broker.flush()
        await owner.publish("g")
        await owner.redis.hset(TOPIC.reports(PARTITION), SUBSCRIBER, "1-7")
        await trimmer.trim()
        ids = [id for _, id in await owner.streamed()]
    assert (ids == [f"plain.{id}" for id in "cdefg"]) is whole
