"""Applies a diff in a process of its own, which kills itself at a checkpoint.

`python -m tests.component.erp.applier <dsn> <digest> <checkpoint> <visits before>`
"""

import asyncio
import os
import signal
import sys

from services.erp.adapters.reading import reader
from services.erp.adapters.registry import connections, kept_in
from services.erp.application.apply_mapping import apply_mapping
from services.erp.store import sql_books
from services.erp.store.replays import SqlReplays
from services.kit import checkpoint
from services.kit.backbone.outbox import Outbox
from services.kit.backbone.topic import Topic
from services.kit.store import Store


async def apply(dsn: str, digest: str) -> None:
    """Batch by batch, to the end."""
    store, read, left = Store(dsn, pool_size=1), reader(connections(["ledger"], kept_in({}))), 1
    store.bind(Outbox(Topic("plantmesh.erp")))
    while left:
        async with store.work(), read("erp-1") as reading:
            done = await apply_mapping(sql_books(), SqlReplays(), reading, digest, "bob")
        left = done.left
    await store.close()


def die_at(name: str, visits: int) -> None:
    """kill -9 of this process, after so many visits."""
    seen = 0

    def strike(reached: str) -> None:
        nonlocal seen
        seen += reached == name
        if seen > visits:
            os.kill(os.getpid(), signal.SIGKILL)

    checkpoint.observe(strike)


if __name__ == "__main__":
    die_at(sys.argv[3], int(sys.argv[4]))
    asyncio.run(apply(sys.argv[1], sys.argv[2]))
