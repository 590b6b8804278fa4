"""Rounds that make up for what was lost: sleepers are woken, the dead's work is given free."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.kit.clock import Clock
from services.kit.log import logger
from services.kit.store import Store
from services.process.ports import Books, Engine, ProcessRuntime

_WOKEN_AT_ONCE = 200
_SEEN_AT_ONCE = 1_000
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


class _Life(NamedTuple):
    beat: int
    since: float


@dataclass
class Watch:
    """This executor's heartbeat, and its eye on the others'.

    A beat is a count; who stands still for `dead_seconds` on the watcher's own monotonic clock is
    dead. No two clocks are compared.
    """

    store: Store
    books: Books
    runtime: ProcessRuntime
    clock: Clock
    engine: Engine
    dead_seconds: float
    _lives: dict[str, _Life] = field(default_factory=dict)

    async def look(self) -> None:
        """Beat, then free what belongs to executors (and versions) that stand still."""
        beats = await self._beat()
        runs = await self.runtime.unfinished(_SEEN_AT_ONCE)
        dead = self._dead(beats, {run.executor for run in runs if run.status == "PENDING"})
        versions = {version for id, (version, _) in beats.items() if id not in dead}
        orphans = [
            run
            for run in runs
            if (run.executor in dead if run.status == "PENDING" else run.version not in versions)
        ]
        if orphans:
            await self.runtime.cancel([run.id for run in orphans])
            _log.warning("executors are dead", dead=sorted(dead), freed=len(orphans))
        if orphans or dead:
            await self._bury(dead, {run.flow for run in orphans})

    async def _beat(self) -> dict[str, tuple[str, int]]:
        """Count on; all executors with version and beat."""
        async with self.store.work() as work:
            await work.sql(
                "INSERT INTO executor AS e VALUES (%s, %s, 1)"
                " ON CONFLICT (id) DO UPDATE SET beat = e.beat + 1",
                (self.engine.executor, self.engine.version),
            )
            rows = await work.sql("SELECT id, version, beat FROM executor")
        return {id: (version, beat) for id, version, beat in rows}

    def _dead(self, beats: dict[str, tuple[str, int]], others: set[str]) -> set[str]:
        """Those whose beat stood still for long; one without a row has not begun to beat."""
        now = self.clock.monotonic()
        seen = {id: beat for id, (_, beat) in beats.items()} | {
            id: 0 for id in others - beats.keys()
        }
        self._lives = {
            id: known if (known := self._lives.get(id)) and known.beat == beat else _Life(beat, now)
            for id, beat in seen.items()
        }
        return {
            id
            for id, life in self._lives.items()
            if id != self.engine.executor and now - life.since >= self.dead_seconds
        }

    async def _bury(self, dead: set[str], flows: set[str]) -> None:
        """One that comes back beats again; its work is no longer its own."""
        async with self.store.work() as work:
            for id in sorted(dead):
                await work.sql(
                    "DELETE FROM executor WHERE id = %s AND beat = %s", (id, self._lives[id].beat)
                )
            await work.sql(
                "UPDATE flow SET look_at = %s WHERE key = ANY(%s)",
                (self.clock.now(), sorted(flows)),
            )
