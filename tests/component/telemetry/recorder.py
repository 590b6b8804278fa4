"""A collector of one term that dies: `python -m tests.component.telemetry.recorder URL EPOCH`.

It goes on where the marks stand, a few looks at a time, to the last look of each machine. Of odd
terms it is killed before its second commit, of even ones right after its first.
"""

import asyncio
import itertools
import os
import signal
import sys

from services.kit import checkpoint
from services.kit.backbone.outbox import Outbox
from services.kit.clock import SystemClock
from services.kit.store import Store
from services.telemetry.__main__ import TOPIC
from services.telemetry.application.record_looks import marks, record_looks
from services.telemetry.domain.look import Look
from services.telemetry.store import open_books
from tests.unit.telemetry.pulse import Pulse
from tests.unit.telemetry.reports import at, look

MACHINES = [f"lyon/press-{n}" for n in range(3)]
LAST = 48
_BATCH = 8


async def _record(url: str, epoch: int) -> None:
    store = Store(url)
    store.bind(Outbox(TOPIC))
    books = open_books(SystemClock(), Pulse())
    while True:
        async with store.work():
            recorded = await marks(books, MACHINES)
        # Two that were told already come again, as after an answer that was lost.
        batch: list[Look] = []
        for path in MACHINES:
            mark = recorded[path].read_at if path in recorded else None
            done = next((n for n in range(LAST, 0, -1) if mark == at(n).moment), 0)
            until = min(done + _BATCH, LAST) if done < LAST else 0
            batch += [look(n, equipment=path) for n in range(max(done - 1, 1), until + 1)]
        if not batch:
            return
        async with store.work():
            await record_looks(books, epoch, batch, [])
            checkpoint.reach("recorder.before_commit")


def _die(epoch: int) -> None:
    end, last = ("recorder.before_commit", 2) if epoch % 2 else ("outbox.after_commit", 1)
    visits = itertools.count(1)

    def strike(name: str) -> None:
        if name == end and next(visits) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    checkpoint.observe(strike)


if __name__ == "__main__":
    _die(int(sys.argv[2]))
    asyncio.run(_record(sys.argv[1], int(sys.argv[2])))
