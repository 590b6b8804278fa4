"""Rows 11, 12, 14, 15 and 16 of reliability.md."""

import asyncio
import signal
import time

import psutil
import pytest
from plantmesh.quality.v1 import events_pb2 as quality_pb2

from tests.component.process.events import PLANT, confirmed, disposed, hold, made
from tests.faults.crash import Crash
from tests.faults.crash import Fault as Hurt
from tests.faults.scale import Scale, short_and_long
from tests.faults.workflows.rig import Executors, Floor

pytestmark = pytest.mark.fault

ORDERS = [f"{7000 + number}" for number in range(10)]
KILLS: Crash = {
    "process.fact_committed": Hurt(chance=0.1),
    "process.after_step": Hurt(chance=0.05),
    "process.after_commit": Hurt(chance=0.05),
    "consumer.after_commit": Hurt(chance=0.05),
}


@short_and_long
async def test_row_11_executors_are_killed_in_a_loop(executors: Executors, scale: Scale) -> None:
    floor = Floor(executors.rig, ORDERS)
    await executors.start(KILLS)

    def enough() -> bool:
        counts = executors.counters.read()
        return all(counts[f"kill.{point}"] >= scale.hits for point in KILLS)

    await executors.go_on_until(enough, 300 + 90 * scale.hits, floor.shift)
    executors.rig.kill()
    await executors.start()
    await executors.drain(floor, 400)
    peers = executors.rig.peers
    executors.conclude(
        f"11-{scale.name}",
        floor,
        {
            "activations freed": executors.freed(),
            "woken by the sweeper": executors.swept(),
            "steps repeated": peers.wms.repeated + peers.erp.repeated + peers.quality.repeated,
        },
    )


async def test_row_12_every_wake_up_is_lost(executors: Executors) -> None:
    floor = Floor(executors.rig, ORDERS)
    await executors.start(deaf=True, replicas=1)
    for _ in range(3):
        await floor.shift()
    await executors.drain(floor, 200)
    executors.conclude(
        "12-lost-wake-up",
        floor,
        {
            "wake-ups lost": executors.count("wake.lost"),
            "woken by the sweeper": executors.swept(),
        },
    )


@short_and_long
async def test_row_12_zombies_wake_after_their_work_was_taken(
    executors: Executors, scale: Scale
) -> None:
    point = "process.after_step"
    floor = Floor(executors.rig, ORDERS)
    await executors.start({point: Hurt("stop", chance=0.03)})

    def enough() -> bool:
        return executors.count(f"stop.{point}") >= 2 * scale.hits and executors.freed() > 0

    await executors.go_on_until(enough, 300 + 60 * scale.hits, floor.shift)
    await executors.drain(floor, 180)
    executors.conclude(
        f"12-zombie-{scale.name}",
        floor,
        {"stopped": executors.count(f"stop.{point}"), "activations freed": executors.freed()},
    )


@short_and_long
async def test_row_14_rolling_restarts_strand_nothing(executors: Executors, scale: Scale) -> None:
    floor = Floor(executors.rig, ORDERS)
    await executors.start()
    restarts = 0
    for _ in range(scale.hits):
        for program in executors.rig.programs:
            await floor.shift()
            program.child.send(signal.SIGTERM)
            deadline = time.monotonic() + 40
            while program.alive and time.monotonic() < deadline:
                await floor.shift()
                await asyncio.sleep(0.3)
            assert not program.alive, "it did not end in time"
            program.launch()
            restarts += 1
    await executors.drain(floor, 300)
    executors.conclude(f"14-{scale.name}", floor, {"restarts": restarts})


async def test_row_15_a_new_version_finishes_what_the_old_one_began(executors: Executors) -> None:
    rig = executors.rig
    floor = Floor(rig, ORDERS)

    async def dawdle() -> None:
        await asyncio.sleep(3)

    await executors.start()
    placed = [
        (f"hold/{one}", quality_pb2.HoldPlaced(hold=hold(one, made(f"X-{one}"))))
        for one in ("H-1", "H-2", "H-3")
    ]
    rig.peers.quality.slow = rig.peers.mes.slow = dawdle
    await rig.tell("quality", *placed)
    await floor.shift()
    await executors.go_on_until(lambda: executors.unfinished() > 5, 30)
    rig.kill()
    left = executors.unfinished()
    rig.peers.quality.slow = rig.peers.mes.slow = None
    await executors.start(PLANTMESH_APPLICATION_VERSION="2")
    await executors.drain(floor, 200)
    assert rig.peers.reports.complete == {"H-1": 1, "H-2": 1, "H-3": 1}
    old = "SELECT count(*) FROM dbos.workflow_status WHERE application_version = '1' AND status IN"
    assert rig.ask(old + " ('PENDING', 'ENQUEUED')") == [(0,)]
    executors.conclude("15", floor, {"left by version 1": left, "freed": executors.freed()})


@short_and_long
async def test_row_16_holds_wait_in_rows_not_in_memory(executors: Executors, scale: Scale) -> None:
    rig, holds = executors.rig, 1_000 if scale.name == "long" else 200
    floor = Floor(rig, [])
    await executors.start(replicas=1)
    await executors.go_on_until(lambda: rig.programs[0].ready(), 30)
    fresh = _resident(executors)
    orders = [f"{20_000 + number}" for number in range(holds)]
    for first in range(0, holds, 250):
        part = orders[first : first + 250]
        await rig.tell("mes", *((f"{PLANT}/{one}", confirmed(one, 1, consumed="")) for one in part))
        await rig.tell(
            "quality",
            *(
                (f"hold/H-{one}", quality_pb2.HoldPlaced(hold=hold(f"H-{one}", made(f"L-{one}"))))
                for one in part
            ),
        )
    await executors.go_on_until(lambda: len(rig.peers.reports.complete) == holds, 240)
    await rig.tell(
        "quality", *((f"{PLANT}/widget/L-{one}", disposed(one, 1, "10")) for one in orders)
    )
    waiting = "SELECT count(*) FROM effect WHERE state = 'refused' AND until = 'release'"
    await executors.go_on_until(lambda: rig.ask(waiting) == [(holds,)], 240)
    rig.kill()
    await executors.start(replicas=1)
    woken = orders[holds // 2]
    began = time.monotonic()
    lifted = hold(f"H-{woken}", made(f"L-{woken}"), version=2)
    await rig.tell("quality", (f"hold/H-{woken}", quality_pb2.HoldReleased(hold=lifted)))
    released = f"{PLANT}/{woken}/1/release/I-L-{woken}/1"
    await executors.go_on_until(lambda: released in rig.peers.wms.references, 20)
    took = time.monotonic() - began
    grown = _resident(executors) - fresh
    for one in orders:
        floor.postings[f"{PLANT}/{one}"].append(f"{PLANT}/{one}/1/yield/I-L-{one}/1")
        floor.movements.add(f"{PLANT}/{one}/1/receipt")
    floor.movements.add(released)
    assert took < 10
    assert grown < 60_000_000, f"{grown / 1e6:.0f} MB for {holds} holds"
    assert floor.verdict().ok
    assert {one.reference for one in rig.peers.stock.moved} == floor.movements
    assert rig.ask(waiting) == [(holds - 1,)]


def _resident(executors: Executors) -> int:
    [program] = executors.rig.programs
    return int(psutil.Process(program.child.pid).memory_info().rss)
