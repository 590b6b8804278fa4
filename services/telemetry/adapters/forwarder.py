"""Tells the hub what the edge buffer holds, while this replica leads; its epoch fences the rest."""

import asyncio

from services.kit.checkpoint import reach
from services.kit.elector import Term
from services.kit.errors import UnavailableError
from services.kit.lease import LeaseRow
from services.kit.log import logger
from services.kit.store import RETRIED, Store
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.application.record_looks import marks, record_looks
from services.telemetry.ports import Books

LEASE = "collector"

_BATCH = 500
_IDLE, _AGAIN = 1.0, 0.5
_PASSING: tuple[type[Exception], ...] = (UnavailableError, *RETRIED)
_log = logger(__name__)


class Forwarder:
    """An elector's work, and the pruning of every replica that does not lead."""

    def __init__(self, store: Store, books: Books, buffer: Buffer) -> None:
        self._store = store
        self._books = books
        self._buffer = buffer
        self._fence = LeaseRow(store, LEASE)

    async def lead(self, term: Term) -> None:
        """Forward until the term ends; raises ConflictError when a later one has begun."""
        while True:
            try:
                if not await self._forward(term):
                    await self._arrival()
            except _PASSING as error:
                _log.warning("nothing forwarded", why=str(error))
                await asyncio.sleep(_AGAIN)

    async def prune(self) -> None:
        """Forget what is recorded already, whoever told it."""
        machines = await self._buffer.machines()
        async with self._store.work():
            recorded = await marks(self._books, machines)
        await self._buffer.prune(recorded)

    async def _forward(self, term: Term) -> bool:
        """The oldest batch; False when nothing waits."""
        batch = await self._buffer.first(_BATCH)
        if batch is None:
            return False
        term.check()
        async with self._store.work() as work:
            self._fence.guard(work, term.epoch)
            await record_looks(self._books, term.epoch, batch.looks, batch.states)
            reach("telemetry.before_commit")
        reach("telemetry.after_commit")
        await self._buffer.forget(batch.until)
        return True

    async def _arrival(self) -> None:
        try:
            async with asyncio.timeout(_IDLE):
                await self._buffer.arrived.wait()
        except TimeoutError:
            return
