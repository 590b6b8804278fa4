"""One read of a partition: from the range that is stored first to the last commit."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from services.kit.backbone.cursor import Cursors, FencedError, Lease
from services.kit.backbone.delivery import Delivery, Entry, decode, follow
from services.kit.backbone.inbox import Inbox
from services.kit.backbone.link import Link
from services.kit.backbone.poison import killed, refuse
from services.kit.backbone.signal import Signal
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.checkpoint import reach
from services.kit.errors import UnavailableError
from services.kit.store import CONNECTION_LOST, RETRIED

# Not the events' fault: the partition is tried again, nothing is parked.
PASSING: tuple[type[Exception], ...] = (*RETRIED, *CONNECTION_LOST, UnavailableError, FencedError)


@dataclass(frozen=True)
class Attempt:
    """Applies what a read brought, `batch` at a time.

    After a death it goes one by one, at most `careful` a read.
    """

    cursors: Cursors
    inbox: Inbox
    subscriptions: Subscriptions
    link: Link
    deaths: int
    batch: int
    careful: int
    look_again: float

    async def run(self, lease: Lease, entries: Sequence[Entry]) -> None:
        """Apply what follows the cursor; a gap or a fork stops the partition. Raises PASSING."""
        followed = follow(lease.position, entries)
        if followed.skipped:
            self.inbox.tell(Signal.SKIPPED, lease, followed.skipped)
        if followed.incarnations:
            self.inbox.tell(Signal.NEW_INCARNATION_READ, lease)
        deliveries = followed.deliveries
        suspects = [d for d in deliveries if d.position.n <= lease.suspect_until]
        for delivery in suspects[: self.careful]:
            await self.attempt(lease, [delivery], single=True)
        await self._go_on(lease, deliveries[len(suspects) :])
        if followed.stop is not None:
            self.inbox.tell(followed.stop, lease, cursor=str(lease.position))
            lease.paused_until = time.monotonic() + self.look_again

    async def _go_on(self, lease: Lease, rest: list[Delivery]) -> None:
        batches = [rest[at : at + self.batch] for at in range(0, len(rest), self.batch)]
        ends = [*(batch[-1].position.n for batch in batches[1:]), 0]
        try:
            for batch, lease.next in zip(batches, ends, strict=False):
                if lease.careful or lease.leaving:
                    return
                await self.attempt(lease, batch, single=False)
        finally:
            lease.next = 0

    async def attempt(self, lease: Lease, deliveries: list[Delivery], *, single: bool) -> None:
        """Store what is tried, then try it; an event that ended us often enough is parked."""
        lease.single = single
        until = lease.suspect_until if single else deliveries[-1].position.n
        tries = 0
        if single or lease.marked < until:
            tries = await self.cursors.mark(self.link, lease, until)
        reach("consumer.before_apply")
        for delivery in deliveries:
            if single and tries > self.deaths:
                delivery.subscription = self.subscriptions.find(delivery.fields.type)
                delivery.refusal = killed(tries - 1)
            else:
                decode(delivery, self.subscriptions)
        try:
            await self.settle(lease, deliveries)
        except PASSING:
            await self.cursors.testify(self.link, lease)
            raise

    async def settle(self, lease: Lease, deliveries: Sequence[Delivery]) -> None:
        """Apply them together, or halve them until the one that fails is alone, and park it."""
        try:
            await self.inbox.apply(lease, deliveries)
        except PASSING:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is judged by poison
            failure = error
        else:
            return
        if len(deliveries) > 1:
            half = len(deliveries) // 2
            await self.settle(lease, deliveries[:half])
            await self.settle(lease, deliveries[half:])
        else:
            deliveries[0].refusal = refuse(failure)
            await self.inbox.apply(lease, deliveries)
