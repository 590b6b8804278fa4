"""Variant: what is unplaced is counted before the head is locked, by two relays at once."""

import asyncio
from collections.abc import Sequence

import pytest

from services.kit.backbone.link import Connection, Link, fetch
from services.kit.backbone.place import Placer
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

    async def lock(self, connection: Connection, partitions: Sequence[int]) -> None:
        """Lock, dawdle."""
        await super().lock(connection, partitions)
        await self.dawdle()

    async def dawdle(self) -> None:
        """Let the other relay overtake, if it can."""
        self.half_way.set()
        await self.go_on.wait()


class CountFirst(Ours):
    """The variant: counts, dawdles, locks."""

    ids: list[int]

    async def lock(self, connection: Connection, partitions: Sequence[int]) -> None:
        """Count what the other is about to place."""
        rows = await fetch(
            connection,
            "SELECT id FROM outbox WHERE partition = ANY(%s) AND n IS NULL",
            [partitions],
        )
        self.ids = sorted(id for (id,) in rows)
        await self.dawdle()
        await Placer.lock(self, connection, partitions)

    async def assign(self, connection: Connection, partitions: Sequence[int]) -> dict[int, int]:
        """Believe what was counted."""
        await connection.execute(
            "WITH placed AS (UPDATE outbox o SET incarnation = h.incarnation, n = h.n + r.i"
            " FROM stream_head h, unnest(%b::bigint[]) WITH ORDINALITY AS r(id, i)"
            " WHERE o.id = r.id AND h.partition = o.partition)"
            " UPDATE stream_head SET n = n + %s WHERE partition = ANY(%s)",
            (self.ids, len(self.ids), list(partitions)),
        )
        return dict.fromkeys(partitions, len(self.ids))


@pytest.mark.parametrize(("kind", "good"), [(Ours, True), (CountFirst, False)])
async def test_two_relays_place_each_event_once(place: Place, kind: type[Ours], good: bool) -> None:
    async with owner_of(place) as owner:
        await owner.write("a", "b", "c")
        publisher = owner.publisher()
        slow = kind(Link(owner_store(place)), 100)
        async with asyncio.TaskGroup() as both:
            both.create_task(slow.place([PARTITION]))
            await slow.half_way.wait()
            quick = both.create_task(owner.place())
            await asyncio.wait([quick], timeout=0.3 if good else 60)
            if quick.done():
                await publisher.publish(PARTITION)
            slow.go_on.set()
        await publisher.publish(PARTITION)
        verdict = check(owner.books.accepted(), await owner.streamed())
        positions = owner.books.owner("SELECT min(n), max(n) FROM outbox")
    assert verdict.ok is good
    assert (positions == [(1, 3)]) is good
