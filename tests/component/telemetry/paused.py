"""A collector that leads and is stopped between its look at the clock and what it does next.

Started by test_paused.py: URL of the hub, namespace or "", kubeconfig or "", edge buffer, and which
unit of work it stops before. Says on stdout what happens to it.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.kit import log
from services.kit.backbone.outbox import Outbox
from services.kit.clock import SystemClock
from services.kit.elector import Elector, Pace, Term
from services.kit.errors import ConflictError
from services.kit.store import Store, Work
from services.telemetry.__main__ import TOPIC
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.adapters.forwarder import Forwarder
from services.telemetry.adapters.leases import Ballot, open_lease
from services.telemetry.store import open_books
from tests.unit.telemetry.pulse import Pulse

PACE = Pace(renew=0.1, request=0.3, deadline=0.6, takeover=0.9)
PLANTS = ("lyon",)
FLOOR, BEGIN, RECORD = 1, 2, 3
"""The units of work of a term: how high it must be, its begin, its first batch."""


class Stopping(Store):
    """Stops the process before its n-th unit of work; SIGCONT lets it go on."""

    left = 0

    @asynccontextmanager
    async def work(self, *, snapshot: str = "") -> AsyncIterator[Work]:
        """Opened by somebody who has looked at the clock already."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGSTOP)
        async with super().work(snapshot=snapshot) as work:
            yield work


def say(text: str) -> None:
    """One line for the test."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main(url: str, namespace: str, kubeconfig: str, buffer: str, stop_before: str) -> None:
    """Lead until the end comes from outside."""
    store = Stopping(url)
    store.bind(Outbox(TOPIC))
    store.left = int(stop_before)
    books = open_books(SystemClock(), Pulse())
    forwarder = Forwarder(store, books, Buffer(Path(buffer)), PLANTS)

    async def work(term: Term) -> None:
        say(f"leading {term.epoch}")
        # Already under way when the elector wakes up and cancels the work.
        await asyncio.shield(asyncio.ensure_future(tell(term)))

    async def tell(term: Term) -> None:
        try:
            await forwarder.lead(term)
        except ConflictError as error:
            say(f"refused {error.code}")

    ballot = Ballot("collector", namespace, Path(kubeconfig) if kubeconfig else None)
    lease = await open_lease(ballot, store, SystemClock())
    elector = Elector(lease, "paused", work, floor=forwarder.floor, pace=PACE)
    await elector.run(asyncio.Event())


if __name__ == "__main__":
    log.configure("test", "paused", out=sys.stderr)
    asyncio.run(main(*sys.argv[1:]))
