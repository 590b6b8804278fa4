"""Lane postings a second against a fast ERP, order judged: `python -m tests.bench.bench_lanes`."""

import sys
import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import uvloop

from services.kit.lanes.systems import System
from services.kit.lanes.worker import Worker
from services.kit.migrate import migrate
from tests.bench.meter import Cost, measure, postgres_cpu
from tests.faults.lanes.carrying import announce, owner_store
from tests.faults.lanes.erp import Erp
from tests.faults.lanes.rig import LaneRig
from tests.faults.lanes.wire import HABITS, WireErp
from tests.faults.place import Place
from tests.servers import postgres_server

KEYS = 200


@dataclass(frozen=True)
class LaneFigures:
    """`claim` heads at once by one worker; the server's CPU seconds stand beside ours."""

    claim: int
    cost: Cost
    postgres_cpu: float
    in_order: bool

    def line(self) -> str:
        """For people."""
        return (
            f"lanes, claim {self.claim}: {self.cost.count / self.cost.wall:,.0f} postings/s, "
            f"{self.cost.per_cpu_second:,.0f} per CPU second of ours "
            f"(PostgreSQL: {self.postgres_cpu:.1f} s), order exact: {self.in_order}"
        )


def lanes(claim: int, postings: int = 6000) -> LaneFigures:
    """Drain `postings` over 200 keys with one worker that claims `claim` heads at once."""
    with postgres_server() as server, tempfile.TemporaryDirectory() as folder:
        dsn = server.dsn("lanes", prepared_by=partial(migrate, "kit"))
        place = Place(owner=dsn, reader="", broker="", folder=Path(folder))
        rig = LaneRig(place, seed=0)
        settings = {"lane": {"batch": claim, "lease": 60.0}}
        system = System("erp-1", "wire", ("lyon",), budget=1e6, settings=settings)
        try:
            rig.start_erp(Erp(), system)
            rig.accept([(f"o{n % KEYS}", f"c{n}") for n in range(postings)])
            rig.ask("ANALYZE lane_entry")
            before = postgres_cpu(server.url)
            cost = measure(_drain, place, system, postings)
            used = postgres_cpu(server.url) - before
            return LaneFigures(claim, cost, used, rig.verdict().ok)
        finally:
            rig.stop()


def _drain(place: Place, system: System, postings: int) -> int:
    return uvloop.run(_post(place, system, postings))


async def _post(place: Place, system: System, postings: int) -> int:
    store = owner_store(place)
    outside = WireErp(place, replace(HABITS, parallel=4))
    worker = Worker(store, system, outside, announce)
    posted = 0
    while posted < postings:
        posted += await worker.step()
    await worker.close()
    await outside.close()
    await store.close()
    return posted


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or ("1", "20", "50")):
        sys.stdout.write(lanes(size, 1000 if size == 1 else 6000).line() + "\n")
