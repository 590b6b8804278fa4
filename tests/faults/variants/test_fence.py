"""Variants: the epoch is read but not written; a lock is the lease."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.cursor import CursorRow, Cursors, FencedError, Lease
from services.kit.backbone.delivery import Entry, decode, follow
from services.kit.backbone.envelope import Position
from services.kit.backbone.inbox import Inbox
from services.kit.backbone.leases import Leases
from services.kit.backbone.link import Link
from services.kit.backbone.signal import Signal
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.store import Store, Work
from tests.faults.checker import check
from tests.faults.place import SUBSCRIBER, TOPIC, Place
from tests.faults.roles import Effects
from tests.faults.variants.owner import PARTITION, owner_of

pytestmark = pytest.mark.fault


def unheard(_: Signal, __: int = 1, /, **___: object) -> None:
    """Signals are not the matter here."""


@dataclass(frozen=True)
class Ours(Cursors):
    """Writes the epoch's row, then dawdles before the commit."""

    half_way: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def advance(self, work: Work, lease: Lease, to: Position) -> None:
        """Move the cursor and stand still."""
        await super().advance(work, lease, to)
        await self.dawdle()

    async def dawdle(self) -> None:
        """What SIGSTOP does to a process."""
        self.half_way.set()
        await self.go_on.wait()


class ReadsEpoch(Ours):
    """The variant: asks whether it still owns the partition, and believes the answer."""

    async def advance(self, work: Work, lease: Lease, to: Position) -> None:
        """Look, dawdle, move the cursor."""
        if not await work.sql(
            "SELECT 1 FROM cursor WHERE consumer = %s AND partition = %s AND epoch = %s",
            (self.consumer, lease.partition, lease.epoch),
        ):
            raise FencedError
        await self.dawdle()
        await work.sql(
            "UPDATE cursor SET incarnation = %s, n = %s WHERE consumer = %s AND partition = %s",
            (*to, self.consumer, lease.partition),
        )


async def take(cursors: Cursors, link: Link) -> Lease:
    """Own the partition."""
    [row] = [row for row in await cursors.read(link) if row.partition == PARTITION]
    lease = await cursors.take(link, TOPIC, row)
    assert lease is not None
    return lease


async def consume(
    cursors: Cursors, lease: Lease, store: Store, place: Place, entries: Sequence[Entry]
) -> None:
    """Apply what follows the lease's cursor; a fenced one applies nothing."""
    subscriptions = Subscriptions()
    subscriptions.on(StringValue)(Effects(place).apply)
    deliveries = follow(lease.position, entries).deliveries
    for delivery in deliveries:
        decode(delivery, subscriptions)
    if deliveries:
        with suppress(FencedError):
            await Inbox(store, cursors, unheard, limit=30).apply(lease, deliveries)


@pytest.mark.parametrize(("kind", "exact"), [(Ours, True), (ReadsEpoch, False)])
async def test_a_zombie_commits_nothing(place: Place, kind: type[Ours], exact: bool) -> None:
    zombie, heir = kind(SUBSCRIBER, "zombie"), Cursors(SUBSCRIBER, "heir")
    store = Store(place.reader)
    async with owner_of(place) as owner:
        await owner.publish("a", "b", "c")
        entries = await owner.entries()
        link, other_link = Link(store), Link(store)
        await zombie.prepare(link, [TOPIC])
        lease = await take(zombie, link)

        async def inherit() -> None:
            await consume(heir, await take(heir, other_link), store, place, entries)

        async with asyncio.TaskGroup() as both:
            both.create_task(consume(zombie, lease, store, place, entries))
            await zombie.half_way.wait()
            heir_task = both.create_task(inherit())
            await asyncio.wait([heir_task], timeout=0.3 if exact else 60)
            zombie.go_on.set()
        verdict = check(owner.books.accepted(), owner.books.journal())
        await link.drop()
        await other_link.drop()
    await store.close()
    assert verdict.lost == 0
    assert (verdict.repeated == 0) is exact


class LockIsLease(Leases):
    """The variant: whoever holds the advisory lock owns the partition."""

    async def _consider(self, row: CursorRow, preferred: str) -> None:
        place = row.topic, row.partition
        [(locked,)] = await self._link.rows("SELECT pg_try_advisory_lock(%s)", (row.partition,))
        if locked and place not in self.held:
            lease = await self._cursors.take(self._link, TOPIC, row)
            assert lease is not None
            self.held[place] = lease


@pytest.mark.parametrize(("kind", "taken_over"), [(Leases, True), (LockIsLease, False)])
async def test_a_stopped_owner_is_replaced(
    place: Place, kind: type[Leases], taken_over: bool
) -> None:
    term = 0.2
    store = Store(place.reader)
    links = [Link(store), Link(store)]
    stopped, other = (
        kind(link, Cursors(SUBSCRIBER, name), [TOPIC], term, unheard)
        for link, name in zip(links, ("a", "b"), strict=True)
    )
    await Cursors(SUBSCRIBER, "a").prepare(links[0], [TOPIC])
    await stopped.tick()
    assert len(stopped.held) == TOPIC.partitions
    patience = time.monotonic() + (60 if taken_over else 6 * term)
    while len(other.held) < TOPIC.partitions and time.monotonic() < patience:
        await other.tick()
        await asyncio.sleep(term / 8)
    assert (len(other.held) == TOPIC.partitions) is taken_over
    for link in links:
        await link.drop()
    await store.close()
