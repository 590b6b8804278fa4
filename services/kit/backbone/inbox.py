"""Applying: events, what they cause, and the cursor behind them commit together."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from services.kit.audit.source import told_by
from services.kit.backbone import park
from services.kit.backbone.cursor import Cursors, Lease
from services.kit.backbone.delivery import Delivery, group
from services.kit.backbone.poison import ParkState, Refusal
from services.kit.backbone.signal import Observer, Signal
from services.kit.checkpoint import reach
from services.kit.signals import span
from services.kit.store import Store, Work

Trace = Callable[[Sequence[str], Mapping[str, str]], AbstractContextManager[object]]
"""Opens a span, given the traceparents it links to and its attributes."""


@dataclass(frozen=True)
class Inbox:
    """Runs handlers under a lease. `limit` is how many seconds a handler may take."""

    store: Store
    cursors: Cursors
    observe: Observer
    limit: float

    async def apply(self, lease: Lease, deliveries: Sequence[Delivery]) -> None:
        """Handle what may be handled, queue what follows a parked event, move the cursor.

        What a handler raises undoes all of it; refused deliveries are parked. Raises FencedError.
        """
        to = deliveries[-1].position
        async with self.store.work() as work:
            free, queued, marks = await self._sort(work, lease, deliveries)
            for run in group(free):
                await self.call(run, _consuming)
            for key, refusal in marks.items():
                await park.mark_key(work, self.cursors.consumer, lease, key, refusal)
            await park.append(work, self.cursors.consumer, lease.topic.name, queued)
            reach("consumer.mid_batch")
            await work.flush()
            await self.cursors.advance(work, lease, to)
        lease.position = to
        lease.marked = max(lease.marked, lease.next)
        lease.parked = lease.parked or bool(marks)
        reach("consumer.after_commit")
        self._tell_applied(lease, len(free), len(queued), marks.values())

    async def call(self, run: Sequence[Delivery], trace: Trace) -> None:
        """Hand a run of one type to its handler, within the span that `trace` opens."""
        events = [delivery.event for delivery in run if delivery.event is not None]
        subscription = run[0].subscription
        if subscription is None or not events:
            return
        facts = {"consumer": self.cursors.consumer, "type": events[0].type}
        links = [event.traceparent for event in events if event.traceparent]
        through = f"{self.cursors.consumer} < {events[0].type}"
        with trace(links, facts), told_by(through):
            async with asyncio.timeout(self.limit):
                await subscription.handler(events)

    async def _sort(
        self, work: Work, lease: Lease, deliveries: Sequence[Delivery]
    ) -> tuple[list[Delivery], list[Delivery], dict[str, Refusal]]:
        wanted = [delivery for delivery in deliveries if delivery.wanted]
        held: set[str] = set()
        if lease.parked:
            keys = {delivery.key for delivery in wanted}
            held = await park.lock_marks(work, self.cursors.consumer, lease.topic.name, keys)
        free: list[Delivery] = []
        queued: list[Delivery] = []
        marks: dict[str, Refusal] = {}
        for delivery in wanted:
            if delivery.key in held or delivery.key in marks:
                queued.append(delivery)
            elif delivery.refusal is not None:
                marks[delivery.key] = delivery.refusal
                queued.append(delivery)
            else:
                free.append(delivery)
        return free, queued, marks

    def _tell_applied(
        self, lease: Lease, applied: int, queued: int, marks: Iterable[Refusal]
    ) -> None:
        parked = list(marks)
        if applied:
            self.tell(Signal.APPLIED, lease, applied)
        if queued > len(parked):
            self.tell(Signal.QUEUED_BEHIND, lease, queued - len(parked))
        for refusal in parked:
            signal = Signal.DEAD_LETTER if refusal.state is ParkState.DEAD else Signal.PARKED
            self.tell(signal, lease, code=refusal.code, reason=refusal.reason)

    def tell(self, signal: Signal, lease: Lease, amount: int = 1, **facts: object) -> None:
        """Signal something about a partition."""
        self.observe(
            signal,
            amount,
            topic=lease.topic.name,
            partition=lease.partition,
            consumer=self.cursors.consumer,
            **facts,
        )


def _consuming(links: Sequence[str], facts: Mapping[str, str]) -> AbstractContextManager[object]:
    return span("plantmesh.backbone.consume", links=links, attributes=facts)
