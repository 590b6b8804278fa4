"""Who of the executors lives: each beats, all look, and the work of the dead is given free."""

from dataclasses import dataclass, field
from typing import NamedTuple

from services.kit.clock import Clock
from services.kit.log import logger
from services.kit.rounds import Rounds
from services.kit.service import Service
from services.kit.store import Store
from services.process.adapters.dbos import DbosRuntime
from services.process.ports import Engine, ProcessRuntime

_SEEN_AT_ONCE = 1_000
_log = logger(__name__)


def watched(service: Service, runtime: DbosRuntime, watch: "Watch") -> None:
    """Add the engine: its heart beats longer than it lives, and its eye closes before it does."""
    seconds = watch.dead_seconds / 5
    beat = Heartbeat(watch.store, watch.engine).beat
    service.add("heartbeat", Rounds(beat, seconds=seconds), reports=True)
    service.add("engine", runtime, reports=True)
    service.add("watch", Rounds(watch.look, seconds=seconds), reports=True)


@dataclass(frozen=True)
class Heartbeat:
    """What an executor tells the others: a count that goes on.

    It beats until the engine has ended, or what may still end there would be taken for a dead
    one's and cancelled.
    """

    store: Store
    engine: Engine

    async def beat(self) -> None:
        """Count on."""
        async with self.store.work() as work:
            await work.sql(
                "INSERT INTO executor AS e VALUES (%s, %s, 1)"
                " ON CONFLICT (id) DO UPDATE SET beat = e.beat + 1",
                (self.engine.executor, self.engine.version),
            )


class _Life(NamedTuple):
    beat: int
    since: float


@dataclass
class Watch:
    """An eye on the beats of all executors.

    Who stands still for `dead_seconds` on the watcher's own monotonic clock is dead. No two clocks
    are compared.
    """

    store: Store
    runtime: ProcessRuntime
    clock: Clock
    engine: Engine
    dead_seconds: float
    _lives: dict[str, _Life] = field(default_factory=dict)

    async def look(self) -> None:
        """Free what belongs to executors (and versions) that stand still."""
        beats = await self._beats()
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

    async def _beats(self) -> dict[str, tuple[str, int]]:
        """All executors with version and beat; our own, though it may not have begun to beat."""
        async with self.store.work() as work:
            rows = await work.sql("SELECT id, version, beat FROM executor")
        own = {self.engine.executor: (self.engine.version, 0)}
        return own | {id: (version, beat) for id, version, beat in rows}

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
