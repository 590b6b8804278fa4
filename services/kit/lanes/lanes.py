"""All lanes of a service: one worker a system, following the `systems` table while it runs."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.kit import log
from services.kit.errors import DomainError, InvalidError
from services.kit.lanes.outcome import Outside
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
    """Starts, restarts and stops workers as rows of `systems` come, change and go."""

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
        except DATABASE_TROUBLE as error:
            _log.warning("lanes cannot read their systems", error=str(error))
            return
        for id, running in list(self._running.items()):
            if running.task.done() or running.system != wanted.get(id):
                await self._end(id)
        for id, system in wanted.items():
            if id not in self._running:
                self._begin(system)

    def _begin(self, system: System) -> None:
        try:
            outside = self._connect(system)
            worker = Worker(self._store, system, outside, self._announce)
        except DomainError as error:
            _log.error("a system cannot be served", system=system.id, error=str(error))
            return
        stop = asyncio.Event()
        task = asyncio.create_task(worker.run(stop), name=f"lane {system.id}")
        self._running[system.id] = _Running(system, outside, task, stop)

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
