"""Compares plants with their ERPs, one at a time, at night and when asked."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time

from services.kit.clock import Clock
from services.kit.elector import Elector, Term
from services.kit.errors import DomainError
from services.kit.lease import LeaseRow
from services.kit.log import logger
from services.kit.rounds import Rounds
from services.kit.signals import span
from services.kit.store import Store
from services.process.application.reconcile import Seen, ask_nightly, keep, look
from services.process.domain.drift import InFlight
from services.process.ports.drifts import BothBooks, Drift, Drifts, Run

_PLANNED_EVERY = 60.0
_SECONDS = 2.0
_log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """`at` = the plant's own time of day; what drifts is looked at again after `settle_seconds`."""

    at: time
    settle_seconds: float


@dataclass
class Reconciler:
    """A part of one replica; `announce` tells of drift within the unit of work that keeps it."""

    store: Store
    books: BothBooks
    drifts: Drifts
    announce: Callable[[Drift], None]
    clock: Clock
    pace: Pace
    _planned_at: float = field(default=float("-inf"))

    async def round(self) -> None:
        """Plan what is due tonight, then do what was asked for longest."""
        if self.clock.monotonic() - self._planned_at >= _PLANNED_EVERY:
            await self._plan()
        async with self.store.work():
            run = await self.drifts.due()
        if run:
            await self._do(run)

    def elected(self, instance: str) -> Elector:
        """As a part of the service: one of all replicas compares."""

        async def lead(_: Term) -> None:
            await Rounds(self.round, seconds=_SECONDS).run(asyncio.Event())

        return Elector(LeaseRow(self.store, "process.reconciler"), instance, lead)

    async def _plan(self) -> None:
        """Who cannot say which plants there are holds up nothing: they are asked again soon."""
        self._planned_at = self.clock.monotonic()
        try:
            sites = await self.books.sites()
        except DomainError as error:
            _log.warning("no plant is planned tonight", code=error.code, why=str(error))
            return
        async with self.store.work():
            await ask_nightly(self.drifts, sites, self.pace.at, self.clock.now())

    async def _do(self, run: Run) -> None:
        try:
            with span("plantmesh.process.reconcile", attributes={"plant": run.plant}):
                first = await self._look(run)
                second: Seen = {}
                if any(sight.drifting for sight in first.values()):
                    # What was on its way between the books has arrived by then.
                    await asyncio.sleep(self.pace.settle_seconds)
                    second = await self._look(run)
                async with self.store.work():
                    _, news = await keep(self.drifts, run, first, second, self.clock.now())
                    for drift in news:
                        self.announce(drift)
        except DomainError as error:
            _log.warning("a plant is not reconciled", plant=run.plant, code=error.code)
            async with self.store.work():
                await self.drifts.end(replace(run, trouble=f"{error} ({error.code})"))

    async def _look(self, run: Run) -> Seen:
        return await look(self.books, run.plant, await self._in_flight(run.plant))

    async def _in_flight(self, plant: str) -> InFlight:
        async with self.store.work():
            return await self.drifts.in_flight(plant)
