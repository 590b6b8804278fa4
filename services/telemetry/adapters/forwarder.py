"""Tells the hub what the edge buffer holds, while this replica leads; its epoch fences the rest."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress

from services.kit import signals
from services.kit.checkpoint import reach
from services.kit.elector import Term
from services.kit.errors import UnavailableError
from services.kit.log import logger
from services.kit.store import RETRIED, Store
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.application.record_looks import marks, record_looks
from services.telemetry.domain.equipment import StateChange
from services.telemetry.domain.look import Look
from services.telemetry.ports import Books

_BATCH = 500
_IDLE, _AGAIN = 1.0, 0.5
_LAST_WORDS = 2.0
_PASSING: tuple[type[Exception], ...] = (UnavailableError, *RETRIED)
_log = logger(__name__)
_reports = signals.counter("plantmesh.telemetry.reports")


class Forwarder:
    """An elector's work, and the pruning of every replica that does not lead.

    As a part, stopped after the readers and before the elector, it ends when their last is told.
    """

    def __init__(self, store: Store, books: Books, buffer: Buffer, plants: Collection[str]) -> None:
        self._store = store
        self._books = books
        self._buffer = buffer
        self._plants = plants
        self._leads = False
        self._told = asyncio.Event()

    async def floor(self) -> int:
        """The highest epoch that the hub has seen of our plants' collectors."""
        async with self._store.work():
            return await self._books.terms.highest(self._plants)

    async def lead(self, term: Term) -> None:
        """Forward until the term ends; raises ConflictError when a later one has begun.

        The leader before may have lost sight of machines that we see: their states are told again.
        """
        self._leads = True
        try:
            await _insist(lambda: self._begin(term))
            await _insist(lambda: self._forward(term))
            await _insist(lambda: self._record(term, [], list(self._buffer.present.values())))
            while True:
                await self._arrival()
                await _insist(lambda: self._forward(term))
                await _insist(lambda: self._pulse(term))
        finally:
            self._leads = False
            self._told.set()

    async def run(self, stop: asyncio.Event) -> None:
        """When asked to stop, wait until nothing waits, if that is ours to tell."""
        await stop.wait()
        with suppress(TimeoutError, UnavailableError):
            async with asyncio.timeout(_LAST_WORDS):
                while self._leads:
                    self._told.clear()
                    if not await self._buffer.machines():
                        return
                    await self._told.wait()

    async def prune(self) -> None:
        """Forget what is recorded already, whoever told it."""
        machines = await self._buffer.machines()
        async with self._store.work():
            recorded = await marks(self._books, machines)
        await self._buffer.prune(recorded)

    async def _begin(self, term: Term) -> None:
        term.check()
        async with self._store.work():
            await self._books.terms.begin(term.epoch, self._plants)

    async def _forward(self, term: Term) -> None:
        """All that waits, oldest first."""
        while batch := await self._buffer.first(_BATCH):
            await self._record(term, batch.looks, batch.states)
            await self._buffer.forget(batch.until)
            self._told.set()

    async def _record(
        self, term: Term, looks: Sequence[Look], states: Sequence[StateChange]
    ) -> None:
        """In one transaction, under the fence."""
        term.check()
        with signals.span("plantmesh.telemetry.record"):
            async with self._store.work() as work:
                work.before_commit(lambda: self._books.terms.beat(term.epoch, self._plants))
                news = await record_looks(self._books, term.epoch, looks, states)
                reach("telemetry.before_commit")
            reach("telemetry.after_commit")
        _reports.add(news, {"outcome": "recorded"})
        _reports.add(len(looks) + len(states) - news, {"outcome": "known"})

    async def _pulse(self, term: Term) -> None:
        """So that a term in which nothing happens is heard of."""
        term.check()
        async with self._store.work():
            await self._books.terms.beat(term.epoch, self._plants)

    async def _arrival(self) -> None:
        try:
            async with asyncio.timeout(_IDLE):
                await self._buffer.arrived.wait()
        except TimeoutError:
            return


async def _insist(act: Callable[[], Awaitable[None]]) -> None:
    """Again and again while the hub or the buffer cannot be reached."""
    while True:
        try:
            return await act()
        except _PASSING as error:
            _log.warning("nothing forwarded", why=str(error))
            await asyncio.sleep(_AGAIN)
