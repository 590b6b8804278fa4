"""Variant: what is unplaced is counted before the head is locked, by two relays at once."""

import asyncio

import pytest

from services.kit.backbone.link import Connection, Link
from services.kit.backbone.place import Placer, Unplaced, lock_head, read_unplaced
from tests.faults.checker import check
from tests.faults.facts import owner_store
from tests.faults.place import Place
from tests.faults.variants.owner import PARTITION, owner_of

pytestmark = pytest.mark.fault


class Ours(Placer):
    """Locks first; dawdles between its two statements."""

    def __init__(self, link: Link, batch: int) -> None:
        super().__init__(link, batch)
        self.half_way = asyncio.Event()
        self.go_on = asyncio.Event()

    async def claim(self, connection: Connection, partition: int) -> Unplaced:
        """Lock, dawdle, count."""
        incarnation, n = await lock_head(connection, partition)
        await self.dawdle()
        return incarnation, n, await read_unplaced(connection, partition, 100)

    async def dawdle(self) -> None:
        """Let the other relay overtake, if it can."""
        self.half_way.set()
        await self.go_on.wait()


class CountFirst(Ours):
    """The variant: counts, dawdles, locks."""

    async def claim(self, connection: Connection, partition: int) -> Unplaced:
        """Count what the other is about to place."""
        ids = await read_unplaced(connection, partition, 100)
        await self.dawdle()
        return *await lock_head(connection, partition), ids


@pytest.mark.parametrize(("kind", "good"), [(Ours, True), (CountFirst, False)])
async def test_two_relays_place_each_event_once(place: Place, kind: type[Ours], good: bool) -> None:
    async with owner_of(place) as owner:
        await owner.write("a", "b", "c")
        publisher = owner.publisher()
        slow = kind(Link(owner_store(place)), 100)
        async with asyncio.TaskGroup() as both:
            both.create_task(slow.place(PARTITION))
            await slow.half_way.wait()
            quick = both.create_task(owner.place())
            await asyncio.wait([quick], timeout=0.3)
            if quick.done():
                await publisher.publish(PARTITION)
            slow.go_on.set()
        await publisher.publish(PARTITION)
        verdict = check(owner.books.accepted(), await owner.streamed())
        positions = owner.books.owner("SELECT min(n), max(n) FROM outbox")
    assert verdict.ok is good
    assert (positions == [(1, 3)]) is good
