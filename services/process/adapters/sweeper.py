"""Rounds that make up for what was lost: sleepers are woken."""

from dataclasses import dataclass

from services.kit.clock import Clock
from services.kit.log import logger
from services.kit.store import Store
from services.process.ports import Books, ProcessRuntime

_WOKEN_AT_ONCE = 200
_log = logger(__name__)


@dataclass
class Sweeper:
    """Wakes every flow that has something to do and was not looked at in time."""

    store: Store
    books: Books
    runtime: ProcessRuntime
    clock: Clock

    async def sweep(self) -> None:
        """Harmless in parallel: a flow is due for one caller alone. A busy one needs no wake."""
        async with self.store.work():
            due = await self.books.flows.due(self.clock.now(), _WOKEN_AT_ONCE)
        busy = await self.runtime.busy({one.flow for one in due}) if due else set()
        if wakes := [one for one in due if one.flow not in busy]:
            await self.runtime.start(wakes)
            _log.info("woken by the sweeper", flows=len(wakes))
