"""Consumers with one rule of the poison handling taken out; processes import them by name."""

from services.kit.backbone.consumer import Consumer
from services.kit.backbone.cursor import Cursors, Lease
from services.kit.backbone.link import Link


class OnlyFirst(Cursors):
    """The variant: a death is remembered, the end of the range it happened in is not."""

    async def mark(self, link: Link, lease: Lease, until: int) -> int:
        """Suspect the next event alone."""
        return await super().mark(link, lease, min(until, lease.position.n + 1))


class ForgetsRange(Consumer):
    """After a death it goes on in whole batches behind the first event."""

    cursors = OnlyFirst


class NoTestimony(Cursors):
    """The variant: whoever tried and failed alive counts as dead."""

    async def testify(self, link: Link, lease: Lease) -> None:
        """Say nothing."""
