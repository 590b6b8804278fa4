"""A process that leads, writes under its term, and stops between its look at the clock and a write.

Started by test_elector.py with a DSN; says what happens to it on stdout.
"""

import asyncio
import os
import signal
import sys

from services.kit import log
from services.kit.elector import Elector, Pace, Term
from services.kit.errors import ConflictError
from services.kit.lease import LeaseRow
from services.kit.store import Store

PACE = Pace(renew=0.1, request=0.3, deadline=0.6, takeover=0.9)


def say(text: str) -> None:
    """One line for the test."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main(url: str) -> None:
    """Lead until the end comes from outside."""
    store = Store(url)
    lease = LeaseRow(store, "job")

    async def write(term: Term) -> None:
        try:
            async with store.work() as unit:
                lease.guard(unit, term.epoch)
                await unit.sql("INSERT INTO journal (epoch) VALUES (%s)", (term.epoch,))
        except ConflictError as error:
            say(f"refused {error.code}")
        else:
            say("written")

    async def work(term: Term) -> None:
        say(f"leading {term.epoch}")
        term.check()
        os.kill(os.getpid(), signal.SIGSTOP)
        # Already under way when the elector wakes up and cancels the work.
        await asyncio.shield(asyncio.ensure_future(write(term)))

    await Elector(lease, "paused", work, pace=PACE).run(asyncio.Event())


if __name__ == "__main__":
    log.configure("test", "paused", out=sys.stderr)
    asyncio.run(main(sys.argv[1]))
