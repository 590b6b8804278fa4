"""Executors that are hurt and brought back, under load, and what came of it."""

import asyncio
import random
import signal
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import msgspec
import psutil

from tests.component.process.events import PLANT, confirmed, disposed
from tests.component.process.rig import ProcessRig
from tests.faults.checker import Verdict, check
from tests.faults.counters import Counters
from tests.faults.crash import Crash
from tests.faults.figures import Figures
from tests.faults.patience import Patience
from tests.faults.workflows.armed import Arms
from tools.mesh.errors import MeshError

_MUCH = 150
_ARMED = "tests.faults.workflows.armed"
_NAP_SECONDS = 4.0
_DEAD_SECONDS = "1.5"
Chaos = Callable[[], Awaitable[None]]


@dataclass
class Floor:
    """What the floor and quality told so far, and so what must come of it."""

    rig: ProcessRig
    orders: list[str]
    told: int = 0
    postings: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    movements: set[str] = field(default_factory=set)

    async def shift(self) -> None:
        """A confirmation of each order; every second order is inspected, and decided in halves."""
        self.told += 1
        number = self.told
        reports, decisions = [], []
        for place, order in enumerate(self.orders):
            key, inspected = f"{PLANT}/{order}", bool(place % 2)
            lot = f"L-{order}" if inspected else f"free-{order}"
            consumed = "" if inspected else "12"
            reports.append((key, confirmed(order, number, lot=lot, consumed=consumed)))
            self.movements.add(f"{key}/{number}/receipt")
            if not inspected:
                self.postings[key] += [f"{key}/{number}/consumption", f"{key}/{number}/yield"]
                self.movements.add(f"{key}/{number}/issue/0")
                continue
            for split in (2 * number - 1, 2 * number):
                decisions.append((f"{PLANT}/widget/{lot}", disposed(order, split, "5", lot=lot)))
                self.postings[key].append(f"{key}/{number}/yield/I-{lot}/{split}")
                self.movements.add(f"{key}/{number}/release/I-{lot}/{split}")
        await self.rig.tell("mes", *reports)
        await self.rig.tell("quality", *decisions)

    def arrived(self) -> bool:
        """Whether everything told has come to its peers."""
        wanted = sum(map(len, self.postings.values()))
        return len(self.rig.peers.erp.order) >= wanted and len(self.rig.peers.stock.moved) >= len(
            self.movements
        )

    def verdict(self) -> Verdict:
        """Erp's book, per order, as the peers saw it arrive."""
        journal = ((_order(one), one) for one in self.rig.peers.erp.order)
        return check(self.postings, journal)


class Executors:
    """Replicas of one rig; `crash` hurts them until `calm`."""

    def __init__(self, rig: ProcessRig, seed: int) -> None:
        self.rig, self.seed = rig, seed
        self.counters = Counters(rig.root / "counters")
        self.dice = random.Random(seed)
        self.figures: list[Figures] = []
        self._began = time.monotonic()
        self._wake_at: dict[int, float] = {}

    async def start(
        self, crash: Crash | None = None, *, deaf: bool = False, replicas: int = 2, **env: str
    ) -> None:
        """Run them and wait until they are ready."""
        arms = Arms(str(self.rig.root / "counters"), str(self.seed), dict(crash or {}), deaf)
        told = {
            "FAULTS_ARMS": msgspec.json.encode(arms).decode(),
            "PLANTMESH_DEAD_SECONDS": _DEAD_SECONDS,
            **env,
        }
        self.rig.programs = self.rig.declare(replicas, _ARMED, told).programs(self.rig.root)
        for program in self.rig.programs:
            program.launch()
        await self.go_on_until(lambda: all(one.ready() for one in self.rig.programs), 60)

    async def go_on_until(
        self, fact: Callable[[], bool], seconds: float, chaos: Chaos | None = None
    ) -> None:
        """Bring back what died, wake what slept; with `chaos` every now and then.

        Not while much is open: those who die at its first piece would never come to the rest.
        """
        patience, due = Patience(seconds, self.rig.open), 0.0
        while not await asyncio.to_thread(fact):
            self._tend()
            if chaos and time.monotonic() >= due:
                if self.rig.open() < _MUCH:
                    await chaos()
                due = time.monotonic() + self.dice.uniform(0.2, 0.6)
            patience.check()
            await asyncio.sleep(0.05)

    async def drain(self, floor: Floor, seconds: float) -> None:
        """Tend until everything arrived and the engine is at rest.

        An event that was being read at three deaths in a row is parked as their suspect; whoever
        knows what killed them replays it.
        """

        def at_rest() -> bool:
            suspects = self.rig.ask(
                "UPDATE parked_key SET state = 'replay' WHERE state = 'dead' RETURNING 1"
            )
            self.counters.note("replayed.suspects", len(suspects))
            return floor.arrived() and self.rig.open() == 0 and self.unfinished() == 0

        try:
            await self.go_on_until(at_rest, seconds)
        except MeshError as error:
            parked = self.rig.ask("SELECT key, state, code FROM parked_key")
            left = f"arrived: {floor.arrived()}, unfinished: {self.unfinished()}"
            raise MeshError(f"{error}, {left}, parked: {parked}") from None

    def unfinished(self) -> int:
        """Workflows that the engine still believes to run, or to be waiting."""
        [(count,)] = self.rig.ask(
            "SELECT count(*) FROM dbos.workflow_status WHERE status IN ('PENDING', 'ENQUEUED')"
        )
        return int(count)

    def freed(self) -> int:
        """Activations that were taken from a dead executor."""
        [(count,)] = self.rig.ask(
            "SELECT count(*) FROM dbos.workflow_status WHERE status = 'CANCELLED'"
        )
        return int(count)

    def swept(self) -> int:
        """Wake-ups that were the sweeper's."""
        [(count,)] = self.rig.ask("SELECT coalesce(sum(wakes), 0) FROM flow")
        return int(count)

    def count(self, name: str) -> int:
        """A counter's sum so far."""
        return self.counters.read()[name]

    def conclude(self, row: str, floor: Floor, evidence: Mapping[str, int]) -> None:
        """Write the figures and judge; a piece of `evidence` that is zero fails the row."""
        counts = self.counters.read()
        figures = Figures(
            row=row,
            seed=self.seed,
            seconds=time.monotonic() - self._began,
            kills=sum(count for name, count in counts.items() if name.startswith("kill.")),
            verdict=floor.verdict(),
            evidence=dict(evidence),
            counts=dict(sorted(counts.items())),
        )
        figures.write()
        self.figures.append(figures)
        assert figures.verdict.ok, figures.line()
        assert {one.reference for one in self.rig.peers.stock.moved} == floor.movements
        assert self.rig.ask("SELECT reference, code FROM effect WHERE state = 'refused'") == []
        wrong = (
            "SELECT o.order_no, o.number FROM output o WHERE o.good <> o.waiting + coalesce("
            "(SELECT sum(quantity) FROM part p WHERE (p.plant, p.order_no, p.number)"
            " = (o.plant, o.order_no, o.number)), 0)"
        )
        assert self.rig.ask(wrong) == [], "yield is neither lost nor made of nothing"
        missing = [name for name, count in evidence.items() if not count]
        assert not missing, f"no {', no '.join(missing)}: the row proved nothing"

    def _tend(self) -> None:
        now = time.monotonic()
        for program in self.rig.programs:
            if not program.alive:
                assert program.child.exit_code == -signal.SIGKILL, program.child.tail()
                program.launch()
            elif _stopped(program.child.pid):
                pid = program.child.pid
                if now >= self._wake_at.setdefault(pid, now + _NAP_SECONDS):
                    del self._wake_at[pid]
                    program.child.send(signal.SIGCONT)


def _order(reference: str) -> str:
    return "/".join(reference.split("/")[:2])


def _stopped(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False
