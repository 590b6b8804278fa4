"""What a lane posts in a CPU second against a fast ERP, and whether in order."""

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import uvloop

from services.kit.lanes.systems import System
from services.kit.lanes.worker import Worker
from services.kit.migrate import migrate
from tests.bench.meter import measure, postgres_cpu
from tests.bench.report import Result, Step
from tests.faults.lanes.carrying import announce, owner_store
from tests.faults.lanes.erp import Erp
from tests.faults.lanes.rig import LaneRig
from tests.faults.lanes.wire import HABITS, WireErp
from tests.faults.place import Place
from tests.servers import postgres_server

KEYS = 200


def lanes(postings: int = 6000, claims: tuple[int, ...] = (1, 20)) -> Result:
    """Drain a lane of 200 keys with one worker, by how many heads it claims at once."""
    runs = [_carry(claim, postings if claim > 1 else postings // 6) for claim in claims]
    steps = [step for step, _ in runs]
    return Result(
        name="lanes",
        says=f"postings a CPU second at {claims[-1]} heads a claim",
        ratio=steps[-1].cost.per_cpu_second,
        aim=3200,
        right=all(in_order for _, in_order in runs),
        steps=steps,
    )


def _carry(claim: int, postings: int) -> tuple[Step, bool]:
    """What it took, and whether the ERP's journal is in the order of acceptance."""
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
            beside = {"PostgreSQL": postgres_cpu(server.url) - before}
            return Step(f"claim {claim}", cost, beside), rig.verdict().ok
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
