"""Replaying parked keys: by the partition's owner, under its epoch, in order."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from services.kit.backbone import park
from services.kit.backbone.attempt import PASSING
from services.kit.backbone.cursor import Lease
from services.kit.backbone.delivery import Delivery, decode, group
from services.kit.backbone.inbox import Inbox
from services.kit.backbone.link import Link
from services.kit.backbone.poison import ParkState, Patience, Refusal, killed, refuse
from services.kit.backbone.signal import Signal
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.checkpoint import reach
from services.kit.signals import span

_CHUNK = 50
Place = tuple[str, int]


class RefusedError(Exception):
    """The first of a parked queue cannot be read; carries why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Mark:
    """A parked key that tries by itself, or that a person released."""

    topic: str
    partition: int
    key: str
    state: ParkState
    tries: int
    deaths: int


@dataclass
class Replay:
    """Tries parked keys again when they are due; times on our own monotonic clock."""

    inbox: Inbox
    subscriptions: Subscriptions
    link: Link
    patience: Patience
    _due: dict[tuple[str, str], tuple[ParkState, float]] = field(default_factory=dict)

    async def due(self, held: dict[Place, Lease]) -> list[tuple[Lease, Mark]]:
        """Parked keys of our partitions whose time has come."""
        rows = await self.link.rows(
            "SELECT topic, partition, key, state, tries, deaths FROM parked_key"
            " WHERE consumer = %s AND state <> 'dead' ORDER BY topic, partition, key",
            (self.inbox.cursors.consumer,),
        )
        marks = [Mark(t, p, key, ParkState(state), *counts) for t, p, key, state, *counts in rows]
        self._due = {p: at for mark in marks if (at := self._due.get(p := (mark.topic, mark.key)))}
        found = [(held.get((mark.topic, mark.partition)), mark) for mark in marks]
        return [(lease, mark) for lease, mark in found if lease and self._is_due(mark)]

    async def attempt(self, lease: Lease, mark: Mark) -> None:
        """Handle a chunk of a key's queue, one event alone after a failure. Raises FencedError."""
        deaths = await self._begin(mark)
        if deaths > self.patience.deaths:
            await self._refuse(lease, mark, killed(deaths), ended=True)
            return
        sizes = (1,) if deaths or mark.tries else (_CHUNK, 1)
        try:
            refusal = await self._try(lease, mark, sizes)
        except PASSING:
            await self._forgive(mark)
            raise
        if refusal is not None:
            await self._refuse(lease, mark, refusal, ended=False)

    async def apply(self, lease: Lease, key: str, size: int) -> int:
        """One transaction: handle and remove up to `size` events, and the mark with the last."""
        inbox, topic = self.inbox, lease.topic.name
        consumer = inbox.cursors.consumer
        async with inbox.store.work() as work:
            if not await park.lock_marks(work, consumer, topic, [key]):
                return 0
            queue = await park.read_queue(work, consumer, topic, key, size)
            for run in group(self._read(queue)):
                await inbox.call(run, _replaying)
            if queue:
                await park.remove(work, consumer, topic, queue)
                await park.note_progress(work, consumer, topic, key)
            released = await park.release_if_empty(work, consumer, topic, key)
            reach("consumer.mid_replay")
            await work.flush()
            await inbox.cursors.advance(work, lease, lease.position)
        inbox.tell(Signal.REPLAYED, lease, len(queue), key=key)
        if released:
            inbox.tell(Signal.KEY_RELEASED, lease, key=key)
        return len(queue)

    def _read(self, queue: list[Delivery]) -> list[Delivery]:
        for delivery in queue:
            decode(delivery, self.subscriptions)
            if delivery.refusal is not None:
                raise RefusedError(delivery.refusal)
        return queue

    async def _try(self, lease: Lease, mark: Mark, sizes: tuple[int, ...]) -> Refusal | None:
        refusal: Refusal | None = None
        for size in sizes:
            try:
                await self.apply(lease, mark.key, size)
            except PASSING:
                raise
            except RefusedError as error:
                refusal = error.refusal
            except Exception as error:  # noqa: BLE001 - whatever a handler raises is judged here
                refusal = refuse(error)
            else:
                self._due[mark.topic, mark.key] = mark.state, time.monotonic()
                return None
        return refusal

    def _is_due(self, mark: Mark) -> bool:
        state, at = self._due.get((mark.topic, mark.key), (None, 0.0))
        if state is not mark.state:
            at = self._postpone(mark, mark.state, mark.tries)
        return time.monotonic() >= at

    def _postpone(self, mark: Mark, state: ParkState, tries: int) -> float:
        at = time.monotonic() + self.patience.delay(state, tries)
        self._due[mark.topic, mark.key] = state, at
        return at

    async def _begin(self, mark: Mark) -> int:
        # Written before the try: a death leaves it behind. The deaths before this one are returned.
        rows = await self.link.rows(
            "UPDATE parked_key SET tries = tries + 1, deaths = deaths + 1"
            " WHERE consumer = %s AND topic = %s AND key = %s RETURNING deaths - 1",
            (self.inbox.cursors.consumer, mark.topic, mark.key),
        )
        return int(rows[0][0]) if rows else 0

    async def _forgive(self, mark: Mark) -> None:
        self._postpone(mark, mark.state, mark.tries)
        await self.link.rows(
            "UPDATE parked_key SET tries = greatest(tries - 1, 0), deaths = greatest(deaths - 1, 0)"
            " WHERE consumer = %s AND topic = %s AND key = %s",
            (self.inbox.cursors.consumer, mark.topic, mark.key),
        )

    async def _refuse(self, lease: Lease, mark: Mark, refusal: Refusal, *, ended: bool) -> None:
        tries = mark.tries + 1
        state = refusal.state
        if ended or tries >= self.patience.tries(state):
            state = ParkState.DEAD
        self._postpone(mark, state, tries)
        await self.link.rows(
            "UPDATE parked_key SET state = %s, code = %s, reason = %s,"
            " deaths = greatest(deaths - 1, 0) WHERE consumer = %s AND topic = %s AND key = %s",
            (
                state.value,
                refusal.code,
                refusal.reason,
                self.inbox.cursors.consumer,
                mark.topic,
                mark.key,
            ),
        )
        signal = Signal.DEAD_LETTER if state is ParkState.DEAD else Signal.HELD_BACK
        self.inbox.tell(signal, lease, key=mark.key, code=refusal.code, reason=refusal.reason)


def _replaying(links: Sequence[str], facts: Mapping[str, str]) -> AbstractContextManager[object]:
    return span("plantmesh.backbone.replay", links=links, attributes=facts)
