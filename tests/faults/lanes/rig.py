"""A run of the lanes: one database, one ERP process, workers that are hurt and brought back."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, LiteralString

import psycopg

from services.kit.lanes.accept import accept
from services.kit.lanes.board import Filter, list_entries
from services.kit.lanes.desk import Act, replay
from services.kit.lanes.systems import System, put_system
from services.kit.lanes.worker import Worker
from tests.faults.checker import Verdict, check
from tests.faults.crash import Crash
from tests.faults.figures import Figures
from tests.faults.lanes import erp
from tests.faults.lanes.carrying import Carrying, owner_store
from tests.faults.lanes.erp import Erp
from tests.faults.patience import Patience
from tests.faults.place import Place
from tests.faults.process import Actor, Role
from tools.mesh.wait import STEP, until

SYSTEM = System(
    "erp-1", "wire", ("lyon",), budget=100_000, settings={"lane": {"batch": 3, "lease": 0.8}}
)
_NAP = (1.0, 2.5)


class LaneRig:
    """Starts the ERP and workers, hurts them, and judges the ERP's journal."""

    def __init__(self, place: Place, seed: int) -> None:
        self.place = place
        self.counters = place.counters
        self.dice = random.Random(seed)
        self.figures: list[Figures] = []
        self._seed = seed
        self._began = time.monotonic()
        self._actors: dict[str, Actor] = {}
        self._wake_at: dict[int, float] = {}

    # -- what happens

    def start_erp(self, habits: Erp, system: System = SYSTEM) -> None:
        """Serve, and be known to the lanes."""

        async def known() -> None:
            store = owner_store(self.place)
            async with store.work() as work:
                await put_system(work, system)
            await store.close()

        asyncio.run(known())
        self._start("erp", habits)
        until(erp.port(self.place).exists, "the ERP's port")

    def start_workers(
        self, count: int, crash: Crash | None = None, kind: type[Worker] = Worker
    ) -> None:
        """Workers on the same lanes."""
        for number in range(1, count + 1):
            self.start_worker(f"worker{number}", crash, kind)

    def start_worker(
        self, name: str, crash: Crash | None = None, kind: type[Worker] = Worker
    ) -> None:
        """One worker, restarted whenever it dies."""
        self._start(name, Carrying(kind), crash)

    def accept(self, postings: Sequence[tuple[str, str]]) -> None:
        """Accept (key, reference) in this order, a hundred a transaction."""

        async def all_of() -> None:
            store = owner_store(self.place)
            for first in range(0, len(postings), 100):
                async with store.work() as work:
                    for key, reference in postings[first : first + 100]:
                        accept(work, SYSTEM.id, key, reference, "confirmation", b"{}")
            await store.close()

        asyncio.run(all_of())

    def mend(self) -> None:
        """What poisoned postings is repaired; a person replays what is parked."""
        self.place.mended.touch()

        async def all_parked() -> None:
            store = owner_store(self.place)
            async with store.work() as work:
                for waiting in await list_entries(work, Filter()):
                    await replay(work, waiting.entry.id, Act("anna", "the account is open again"))
            await store.close()

        asyncio.run(all_parked())

    def run_until_done(
        self, seconds: float, chaos: Callable[[], Any] = lambda: None, every: float = 0.5
    ) -> None:
        """Tend until nothing can go out any more."""
        self.go_on_until(lambda: self.open() == 0, seconds, chaos, every)

    def let_come_back(self, seconds: float = 30) -> None:
        """Tend until no worker has a batch in hand, however long it slept (if none was killed)."""

        def empty() -> bool:
            counts = self.counters.read()
            return counts["reach.lane.before_find"] == counts["reach.lane.before_result"]

        self.go_on_until(empty, seconds)

    def go_on_until(
        self,
        fact: Callable[[], bool],
        seconds: float,
        chaos: Callable[[], Any] = lambda: None,
        every: float = 0.5,
    ) -> None:
        """Restart what died, wake what slept, with `chaos` about `every` seconds."""
        patience = Patience(seconds, self.open)
        due = time.monotonic() + every
        while not fact():
            self._tend()
            if time.monotonic() >= due:
                chaos()
                due = time.monotonic() + every * self.dice.uniform(0.5, 1.5)
            patience.check()
            time.sleep(STEP)

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        end = time.monotonic() + seconds
        self.go_on_until(lambda: time.monotonic() >= end, seconds + 60)

    def cut_connections(self) -> None:
        """End every database connection of the workers."""
        cut = self.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        self.counters.note("cut.connections", int(cut[0][0]))

    def cut_a_transaction(self) -> None:
        """End one connection that has a transaction open."""
        cut = self.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
            " ORDER BY state = 'idle in transaction' DESC, random() LIMIT 1"
        )
        self.counters.note("cut.connections", len(cut))

    def sweep(self, seconds: float = 10) -> None:
        """Wait until every posting that was taken over has been looked at once more."""
        query: LiteralString = "SELECT count(*) FROM lane_entry WHERE sweep_at IS NOT NULL"
        self.go_on_until(lambda: self.ask(query) == [(0,)], seconds)

    def calm(self) -> None:
        """Nobody is hurt any more: restart what was armed, without its faults."""
        for name, actor in list(self._actors.items()):
            if actor.crash:
                actor.kill()
                self._actors[name] = replace(actor, crash={})

    def stop(self) -> None:
        """End everything."""
        for actor in self._actors.values():
            actor.kill()
        self._actors.clear()

    # -- what came of it

    def ask(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Ask the lanes' database."""
        with psycopg.connect(self.place.owner, autocommit=True) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []

    def open(self) -> int:
        """Entries that may still go out by themselves."""
        [(count,)] = self.ask(
            "SELECT count(*) FROM lane_entry e WHERE state IN ('ready', 'sending', 'awaiting')"
            " AND NOT EXISTS (SELECT 1 FROM lane_entry lower WHERE lower.key = e.key"
            " AND lower.position < e.position AND lower.state = 'refused')"
        )
        return int(count)

    def states(self) -> Counter[str]:
        """Entries by state."""
        return Counter(dict(self.ask("SELECT state, count(*) FROM lane_entry GROUP BY state")))

    def healthy(self) -> dict[str, list[str]]:
        """What must be in the ERP: per key in order, up to the first refusal."""
        accepted: dict[str, list[str]] = {}
        blocked: set[str] = set()
        for key, reference, state in self.ask(
            "SELECT key, reference, state FROM lane_entry ORDER BY key, position"
        ):
            blocked |= {key} if state == "refused" else set()
            if key not in blocked:
                accepted.setdefault(key, []).append(reference)
        return accepted

    def journal(self) -> list[tuple[str, str]]:
        """(key, reference) as they arrived in the ERP."""
        lines = erp.journal(self.place).read_text().splitlines()
        return [(key, reference) for key, reference, _ in map(str.split, lines)]

    def verdict(self) -> Verdict:
        """Judge the journal by what was accepted."""
        return check(self.healthy(), self.journal())

    def wait_for_a_repeat(self, seconds: float = 10) -> None:
        """Tend until the ERP has made a second document; raises MeshError if it never does."""
        self.go_on_until(lambda: self.verdict().repeated > 0, seconds)

    def shown(self) -> int:
        """Postings that a person is told about."""
        return int(self.ask("SELECT count(DISTINCT entry_id) FROM lane_exception")[0][0])

    def count(self, name: str) -> int:
        """A counter's sum so far."""
        return self.counters.read()[name]

    def conclude(self, row: str, evidence: Mapping[str, int]) -> None:
        """Write the figures and judge; a piece of `evidence` that is zero fails the row."""
        counts = self.counters.read()
        figures = Figures(
            row=row,
            seed=self._seed,
            seconds=time.monotonic() - self._began,
            kills=sum(count for name, count in counts.items() if name.startswith("kill.")),
            verdict=self.verdict(),
            evidence=dict(evidence),
            counts=dict(sorted(counts.items())),
        )
        figures.write()
        self.figures.append(figures)
        ended = [file.read_text() for file in self.place.folder.glob("errors.*")]
        assert not ended, ended[0]
        assert figures.verdict.ok, figures.line()
        events = self.ask("SELECT count(*) FROM outbox")[0][0]
        assert events == figures.verdict.accepted, "an event for every document, once"
        assert self.shown() == 0
        missing = [name for name, count in evidence.items() if not count]
        assert not missing, f"no {', no '.join(missing)}: the row proved nothing"

    # -- processes

    def _start(self, name: str, role: Role, crash: Crash | None = None) -> None:
        self._actors[name] = Actor(name, role, self.place, crash or {}, self._seed)
        self._actors[name].start()

    def _tend(self) -> None:
        now = time.monotonic()
        for actor in self._actors.values():
            if not actor.alive():
                actor.start()
            elif actor.stopped():
                wake_at = self._wake_at.setdefault(actor.pid, now + self.dice.uniform(*_NAP))
                if now >= wake_at:
                    del self._wake_at[actor.pid]
                    actor.send(signal.SIGCONT)
