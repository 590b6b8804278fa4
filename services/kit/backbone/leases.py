"""Who works on which partition: taken over from the dead, shared fairly among the living.

Fairness: live members in order of their names deal the partitions out like cards. Who owns one
that another live member should have hands it over between two batches; that member takes what is
free at once, the others only what stood still.
"""

import time
from collections.abc import Hashable, Sequence

from services.kit.backbone.cursor import CursorRow, Cursors, Lease
from services.kit.backbone.link import Link
from services.kit.backbone.signal import Observer, Signal
from services.kit.backbone.topic import Topic

Place = tuple[str, int]
_FORGOTTEN = 10


class Stillness:
    """How long things have looked the same, on our own monotonic clock."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, tuple[Hashable, float]] = {}

    def look(self, thing: Hashable, state: Hashable) -> float:
        """Seconds since `thing` was first seen in `state`."""
        now = time.monotonic()
        before, since = self._seen.get(thing, (None, now))
        if before != state:
            since = now
        self._seen[thing] = state, since
        return now - since

    def forget(self, thing: Hashable) -> None:
        """Look at it anew."""
        self._seen.pop(thing, None)


class Leases:
    """The partitions of one consumer process."""

    def __init__(
        self,
        link: Link,
        cursors: Cursors,
        topics: Sequence[Topic],
        term: float,
        observe: Observer,
    ) -> None:
        self.held: dict[Place, Lease] = {}
        self._link = link
        self._cursors = cursors
        self._topics = {topic.name: topic for topic in topics}
        self._term = term
        self._observe = observe
        self._prepared = False
        self._cursor_stillness = Stillness()
        self._member_stillness = Stillness()

    async def tick(self) -> None:
        """Beat, see who lives, take what is ours to take, mark what is to be handed over."""
        if not self._prepared:
            await self._cursors.prepare(self._link, list(self._topics.values()))
            self._prepared = True
        still_ours = await self._cursors.beat(self._link, list(self.held.values()))
        for place in self.held.keys() - still_ours:
            self.lose(self.held[place])
        members = await self._members()
        rows = await self._cursors.read(self._link)
        for index, row in enumerate(row for row in rows if row.topic in self._topics):
            await self._consider(row, members[index % len(members)])

    def lose(self, lease: Lease) -> None:
        """It is somebody else's now."""
        place = lease.topic.name, lease.partition
        if self.held.get(place) is lease:
            del self.held[place]
            self._tell(Signal.LEASE_LOST, lease)

    def drop(self) -> None:
        """The database went away: believe nothing that we knew of our leases."""
        self.held.clear()

    async def hand_over(self, lease: Lease) -> None:
        """Give it up between two batches."""
        self.held.pop((lease.topic.name, lease.partition), None)
        await self._cursors.release(self._link, lease)
        self._tell(Signal.HANDED_OVER, lease)

    async def leave(self) -> None:
        """A clean stop: the others need not wait."""
        for lease in list(self.held.values()):
            await self.hand_over(lease)
        await self._link.rows(
            "DELETE FROM cursor_member WHERE consumer = %s AND instance = %s",
            (self._cursors.consumer, self._cursors.instance),
        )

    async def _members(self) -> list[str]:
        consumer, instance = self._cursors.consumer, self._cursors.instance
        await self._link.rows(
            "INSERT INTO cursor_member (consumer, instance) VALUES (%s, %s)"
            " ON CONFLICT (consumer, instance) DO UPDATE SET beat = cursor_member.beat + 1",
            (consumer, instance),
        )
        rows = await self._link.rows(
            "SELECT instance, beat FROM cursor_member WHERE consumer = %s ORDER BY instance",
            (consumer,),
        )
        living = []
        for name, beat in rows:
            still = self._member_stillness.look(name, beat)
            if name == instance or still < self._term:
                living.append(name)
            elif still > self._term * _FORGOTTEN:
                await self._link.rows(
                    "DELETE FROM cursor_member WHERE consumer = %s AND instance = %s AND beat = %s",
                    (consumer, name, beat),
                )
                self._member_stillness.forget(name)
        return living

    async def _consider(self, row: CursorRow, preferred: str) -> None:
        place = row.topic, row.partition
        lease = self.held.get(place)
        if lease is not None:
            lease.leaving = preferred != self._cursors.instance
            return
        still = self._cursor_stillness.look(place, (row.epoch, row.beat, row.n))
        if not self.may_take(row, preferred, still):
            return
        lease = await self._cursors.take(self._link, self._topics[row.topic], row)
        if lease is not None:
            self.held[place] = lease
            self._tell(Signal.TAKEN_OVER, lease)
            if lease.careful:
                self._tell(Signal.BATCH_READ_AGAIN, lease)

    def may_take(self, row: CursorRow, preferred: str, still: float) -> bool:
        """Ours before a hiccup, free and meant for us, or standing still for the whole term."""
        me = self._cursors.instance
        return row.owner == me or (not row.owner and preferred == me) or still >= self._term

    def _tell(self, signal: Signal, lease: Lease) -> None:
        self._observe(
            signal,
            1,
            topic=lease.topic.name,
            partition=lease.partition,
            consumer=self._cursors.consumer,
            epoch=lease.epoch,
        )
