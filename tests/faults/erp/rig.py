"""A run of the erp service against the ledger: replicas are hurt, brought back, and judged."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, LiteralString

import msgspec
import psutil
import psycopg
from plantmesh.erp.v1 import postings_pb2

from services.kit.errors import UnavailableError
from tests.faults.counters import Counters
from tests.faults.crash import Crash
from tests.faults.erp.armed import Arms
from tests.faults.figures import Figures
from tests.faults.patience import Patience
from tests.shopfloor import Desk, introduce, judge, ledger_system, release_orders
from tools.mesh.files import remembered_secret
from tools.mesh.ports import LOOPBACK
from tools.mesh.program import Process, Program
from tools.mesh.services import declare as declare_service
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.place import Place, declare

Fact = Callable[[], bool]
Chaos = Callable[[], Awaitable[None]]
_NAP = (3.2, 4.0)
"""Seconds that a stopped process stands still: longer than lease and longest request together."""
_TICK = 0.05


class ErpRig:
    """The ledger and replicas of erp under `root`; `env` is what every replica is told.

    `mint` makes a token: a long run outlives one.
    """

    def __init__(
        self, root: Path, env: Mapping[str, str], mint: Callable[[], str], seed: int
    ) -> None:
        self.root = root
        self.place = Place(root / "ledger")
        self.counters = Counters(root / "counters")
        self.dice = random.Random(seed)
        self.figures: list[Figures] = []
        self.accepted: list[postings_pb2.Posting] = []
        self.refused: set[str] = set()
        self.mint = mint
        self._seed = seed
        self._began = time.monotonic()
        secrets = {"ledger": remembered_secret(self.place.key)}
        self._env = {**env, "PLANTMESH_SECRETS": msgspec.json.encode(secrets).decode()}
        [self.ledger] = declare(self.place.folder).programs(root)
        self._replicas: list[Program] = []
        self._wake_at: dict[int, float] = {}

    # -- what happens

    async def start(
        self, orders: Sequence[str], crash: Crash | None = None, replicas: int = 2, **terms: Any
    ) -> None:
        """The ledger with released orders, and the service that has read them."""
        await asyncio.to_thread(self.ledger.start)
        url = f"http://{LOOPBACK}:{self.ledger.port('http')}"
        await introduce(self._env["PLANTMESH_DATABASE_URL"], ledger_system(url, **terms))
        async with self.client() as ledger:
            await release_orders(ledger, orders)
        self._replicas = self._declare(replicas, crash or {}).programs(self.root)
        for program in self._replicas:
            program.launch()
        await self.go_on_until(lambda: all(program.ready() for program in self._replicas), 60)
        released: LiteralString = (
            "SELECT count(*) FROM production_order WHERE lifecycle = 'released'"
        )
        await self.go_on_until(lambda: self.ask(released) == [(len(orders),)], 60)

    def client(self) -> Client:
        """Somebody at the ledger."""
        return Client(self.ledger, self.place)

    def desk(self) -> Desk:
        """A caller who reaches any replica."""
        ports = [f"{LOOPBACK}:{program.port('grpc')}" for program in self._replicas]
        return Desk(f"ipv4:{','.join(ports)}", self.mint())

    async def accept(self, postings: Sequence[postings_pb2.Posting]) -> None:
        """Hand postings over, 250 a call, each again with its key until it is answered."""
        desk = self.desk()
        for first in range(0, len(postings), 250):
            batch = postings[first : first + 250]
            while not await _answered(desk, f"batch/{len(self.accepted)}", batch):
                self.counters.note("accept.repeated")
                self._tend()
                await asyncio.sleep(_TICK)
            self.accepted += batch
        await desk.close()

    async def drain(self, seconds: float, chaos: Chaos | None = None) -> None:
        """Tend until nothing can go out any more, and all doubts were looked into."""
        await self.go_on_until(lambda: self.open() == 0 and not self._wake_at, seconds, chaos)
        swept: LiteralString = "SELECT count(*) FROM lane_entry WHERE sweep_at IS NOT NULL"
        await self.go_on_until(lambda: self.ask(swept) == [(0,)], 60)

    async def go_on_until(self, fact: Fact, seconds: float, chaos: Chaos | None = None) -> None:
        """Bring back what died, wake what slept; with `chaos` every half second or so."""
        patience = Patience(seconds, self.open)
        due = time.monotonic() + 0.5
        while not await asyncio.to_thread(fact):
            self._tend()
            if chaos and time.monotonic() >= due:
                await chaos()
                due = time.monotonic() + self.dice.uniform(0.2, 0.6)
            patience.check()
            await asyncio.sleep(_TICK)

    async def rest(self, seconds: float) -> None:
        """Let time pass."""
        end = time.monotonic() + seconds
        await self.go_on_until(lambda: time.monotonic() >= end, seconds + 60)

    async def cut_connections(self) -> None:
        """End every database connection of the service."""
        cut = self.ask(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        self.counters.note("cut.connections", int(cut[0][0]))

    def calm(self) -> None:
        """Nobody is hurt any more: restart all without their faults."""
        self.stop_replicas()
        self._replicas = self._declare(len(self._replicas), {}).programs(self.root)
        for program in self._replicas:
            program.launch()

    def stop_replicas(self) -> None:
        """kill -9."""
        for program in self._replicas:
            program.kill()

    def stop(self) -> None:
        """End everything."""
        self.stop_replicas()
        self.ledger.kill()

    # -- what came of it

    def ask(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Ask the service's database."""
        with psycopg.connect(self._env["PLANTMESH_DATABASE_URL"], autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def open(self) -> int:
        """Entries that may still go out by themselves."""
        [(count,)] = self.ask(
            "SELECT count(*) FROM lane_entry e WHERE state IN ('ready', 'sending', 'awaiting')"
            " AND NOT EXISTS (SELECT 1 FROM lane_entry lower WHERE lower.key = e.key"
            " AND lower.position < e.position AND lower.state = 'refused')"
        )
        return int(count)

    def healthy(self) -> list[postings_pb2.Posting]:
        """What must be in the ledger: of each order, all before the first refused one."""
        blocked = set[str]()
        healthy = []
        for one in self.accepted:
            blocked |= {one.order.order_no} if one.reference in self.refused else set()
            healthy += [] if one.order.order_no in blocked else [one]
        return healthy

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
            verdict=judge(self.healthy(), self.place.journal),
            evidence=dict(evidence),
            counts=dict(sorted(counts.items())),
        )
        figures.write()
        self.figures.append(figures)
        assert figures.verdict.ok, figures.line()
        done = self.ask("SELECT count(*) FROM outbox WHERE type = 'plantmesh.erp.v1.PostingDone'")
        assert done == [(figures.verdict.accepted,)], "an event for every document, once"
        assert self.ask("SELECT entry_id, kind, documents FROM lane_exception") == []
        missing = [name for name, count in evidence.items() if not count]
        assert not missing, f"no {', no '.join(missing)}: the row proved nothing"

    # -- processes

    def _declare(self, replicas: int, crash: Crash) -> Process:
        plain = declare_service("erp", self._env, replicas)
        arms = Arms(str(self.root / "counters"), str(self._seed), dict(crash))
        return Process(
            name="erp",
            argv=[*plain.argv[:2], "tests.faults.erp.armed"],
            ready=plain.ready,
            env={**self._env, "FAULTS_ARMS": msgspec.json.encode(arms).decode()},
            ports=plain.ports,
            replicas=replicas,
        )

    def _tend(self) -> None:
        now = time.monotonic()
        for program in self._replicas:
            if not program.alive:
                code = program.child.exit_code
                assert code == -signal.SIGKILL, f"it ended with {code}:\n{program.child.tail()}"
                program.launch()
            elif _stopped(program.child.pid):
                pid = program.child.pid
                if now >= self._wake_at.setdefault(pid, now + self.dice.uniform(*_NAP)):
                    del self._wake_at[pid]
                    program.child.send(signal.SIGCONT)


async def _answered(desk: Desk, key: str, batch: Sequence[postings_pb2.Posting]) -> bool:
    try:
        await desk.accept(key, batch)
    except UnavailableError:
        return False
    return True


def _stopped(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False
