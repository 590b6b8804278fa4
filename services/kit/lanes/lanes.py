"""All lanes of a service: one worker a system, following the `systems` table while it runs."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.kit import log
from services.kit.components import status
from services.kit.errors import DomainError, InvalidError
from services.kit.lanes.outcome import Outside
from services.kit.lanes.pacing import troubles
from services.kit.lanes.systems import System, all_systems
from services.kit.lanes.worker import DATABASE_TROUBLE, Announce, Worker, wait
from services.kit.store import Store

_log = log.logger(__name__)

Adapters = Mapping[str, Callable[[System], Outside]]
"""How to connect to a system, by the name in its `adapter` column."""


@dataclass
class _Running:
    system: System
    outside: Outside
    task: asyncio.Task[None]
    stop: asyncio.Event = field(default_factory=asyncio.Event)


class Lanes:
    """Starts, restarts and stops workers as rows of `systems` come, change and go.

    As a part of a service it reports: degraded names every system that does not answer.
    """

    def __init__(
        self,
        store: Store,
        adapters: Adapters,
        announce: Announce,
        *,
        look_every: float = 2.0,
    ) -> None:
        self._store = store
        self._adapters = adapters
        self._announce = announce
        self._look_every = look_every
        self._running: dict[str, _Running] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until stopped; `look_every` seconds the table is read again."""
        try:
            while not stop.is_set():
                await self._look()
                await wait(stop, self._look_every)
        finally:
            await asyncio.gather(*(self._end(id) for id in list(self._running)))

    async def _look(self) -> None:
        try:
            async with self._store.work() as work:
                wanted = {system.id: system for system in await all_systems(work) if system.enabled}
                silent = await troubles(work)
        except DATABASE_TROUBLE as error:
            status().degraded(f"cannot read the systems: {error}")
            return
        for id, running in list(self._running.items()):
            if running.task.done() or running.system != wanted.get(id):
                await self._end(id)
        new = wanted.keys() - self._running.keys()
        refused = {id: await self._begin(wanted[id]) for id in new}
        _report(wanted, silent | {id: reason for id, reason in refused.items() if reason})

    async def _begin(self, system: System) -> str:
        """Start a worker; why not, if the system cannot be served."""
        outside: Outside | None = None
        try:
            outside = self._connect(system)
            worker = Worker(self._store, system, outside, self._announce)
        except DomainError as error:
            if outside is not None:
                await outside.close()
            return str(error)
        stop = asyncio.Event()
        task = asyncio.create_task(worker.run(stop), name=f"lane {system.id}")
        self._running[system.id] = _Running(system, outside, task, stop)
        return ""

    def _connect(self, system: System) -> Outside:
        if system.adapter not in self._adapters:
            known = ", ".join(sorted(self._adapters))
            raise InvalidError(
                f"no adapter {system.adapter}", field="adapter", hint=f"one of {known}"
            )
        return self._adapters[system.adapter](system)

    async def _end(self, id: str) -> None:
        """Let the worker finish the batch in its hands."""
        running = self._running.pop(id)
        running.stop.set()
        [ended] = await asyncio.gather(running.task, return_exceptions=True)
        if isinstance(ended, Exception):
            _log.error("a lane ended by itself", system=id, error=repr(ended))
        await running.outside.close()


def _report(wanted: Mapping[str, System], trouble: Mapping[str, str]) -> None:
    reasons = [f"{id}: {reason}" for id, reason in sorted(trouble.items()) if id in wanted]
    if reasons:
        status().degraded("; ".join(reasons))
    elif wanted:
        status().active()
    else:
        status().idle()
