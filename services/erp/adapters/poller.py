"""Reads what changed in every ERP, one instance at a time, following the rows of `systems`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from services.erp.adapters.registry import Connect
from services.erp.ports import ErpSystem
from services.kit.elector import Elector, Term
from services.kit.errors import DomainError, InvalidError, UnavailableError
from services.kit.lanes.systems import System, all_systems
from services.kit.lease import LeaseRow
from services.kit.log import logger
from services.kit.rounds import Rounds
from services.kit.signals import span
from services.kit.store import Store

Poll = Callable[[System, ErpSystem], Awaitable[None]]
_log = logger(__name__)


class Poller:
    """Connections live as long as their row does not change; a round waits `patience` seconds."""

    def __init__(
        self,
        store: Store,
        connect: Mapping[str, Connect],
        poll: Poll,
        *,
        patience: float = 2.0,
    ) -> None:
        self._store = store
        self._connect = connect
        self._poll = poll
        self._patience = patience
        self._open: dict[str, tuple[System, ErpSystem]] = {}
        self._busy: dict[str, asyncio.Task[str]] = {}
        self._said: dict[str, str] = {}

    async def round(self) -> None:
        """Every enabled system at the same time; raises UnavailableError naming the silent.

        One that is silent, slow or badly set up holds up none of the others: it is read on while
        they have their next rounds.
        """
        async with self._store.work() as work:
            wanted = {system.id: system for system in await all_systems(work) if system.enabled}
        for id in [id for id, (row, _) in self._open.items() if row != wanted.get(id)]:
            await self._leave(id)
        for id in wanted.keys() - self._busy.keys():
            self._busy[id] = asyncio.create_task(self._one(wanted[id]))
        if self._busy:
            await asyncio.wait(self._busy.values(), timeout=self._patience)
        for id in [id for id, task in self._busy.items() if task.done()]:
            self._said[id] = self._busy.pop(id).result()
        if silent := "; ".join(self._said[id] for id in sorted(wanted) if self._said.get(id)):
            raise UnavailableError(silent)

    async def close(self) -> None:
        """Let go of all connections."""
        for id in self._open.keys() | self._busy.keys():
            await self._leave(id)

    async def _leave(self, id: str) -> None:
        """Nobody is read on whose row is no longer so."""
        if task := self._busy.pop(id, None):
            task.cancel()
            await asyncio.wait([task])
        self._said.pop(id, None)
        if id in self._open:
            await self._open.pop(id)[1].close()

    async def _one(self, system: System) -> str:
        """Read one ERP; why not, where that cannot be."""
        try:
            with span("plantmesh.erp.poll", attributes={"system": system.id}):
                await self._poll(system, self._connected(system))
        except DomainError as error:
            _log.warning("an ERP was not read", system=system.id, code=error.code, why=str(error))
            return f"{system.id}: {error}"
        return ""

    def _connected(self, system: System) -> ErpSystem:
        if system.id not in self._open:
            if system.adapter not in self._connect:
                raise InvalidError(f"no adapter {system.adapter}", field="adapter")
            self._open[system.id] = (system, self._connect[system.adapter](system))
        return self._open[system.id][1]


class Rounder(Protocol):
    """What goes round by round, and may let go of what it holds."""

    async def round(self) -> None:
        """One round; raises UnavailableError."""
        ...

    async def close(self) -> None:
        """No more rounds."""
        ...


def elected(part: Rounder, store: Store, name: str, instance: str, seconds: float) -> Elector:
    """As a part of the service: one of all replicas does it, `seconds` between two rounds."""

    async def lead(_: Term) -> None:
        try:
            await Rounds(part.round, seconds=seconds).run(asyncio.Event())
        finally:
            await part.close()

    return Elector(LeaseRow(store, name), instance, lead)
