"""Rows 19, 20 and 21 with the real adapter, and kill -9 at every point of a posting's way."""

from itertools import count

import pytest
from plantmesh.erp.v1 import postings_pb2

from tests.faults.crash import Crash
from tests.faults.crash import Fault as Hurt
from tests.faults.erp.rig import ErpRig
from tests.faults.scale import Scale, short_and_long
from tests.shopfloor import output
from tools.simulators.ledger.faults import Fault

pytestmark = pytest.mark.fault

ORDERS = [f"47{number:02}" for number in range(40)]
POINTS = (
    "lane.before_find",
    "lane.between_find_and_create",
    "lane.after_check",
    "lane.after_post",
    "lane.before_result",
)
KILLS: Crash = {point: Hurt(chance=0.02) for point in POINTS}


def confirmations(numbers: range) -> list[postings_pb2.Posting]:
    """One of each order for each number."""
    return [output(order, number) for number in numbers for order in ORDERS]


@short_and_long
async def test_kill_9_at_every_point(erp_rig: ErpRig, scale: Scale) -> None:
    await erp_rig.start(ORDERS, KILLS)
    await erp_rig.accept(confirmations(range(1, 3)))
    numbers = count(3)

    async def go_on() -> None:
        if erp_rig.open() < len(ORDERS):
            number = next(numbers)
            await erp_rig.accept(confirmations(range(number, number + 1)))

    def enough() -> bool:
        counts = erp_rig.counters.read()
        return all(counts[f"kill.{point}"] >= scale.hits for point in POINTS)

    await erp_rig.go_on_until(enough, 90 + 60 * scale.hits, go_on)
    erp_rig.calm()
    await erp_rig.drain(90)
    erp_rig.conclude(
        f"erp-kills-{scale.name}",
        {
            "taken over": erp_rig.count("lane.taken_over"),
            "answers found": erp_rig.count("lane.found"),
            "swept": erp_rig.count("lane.swept"),
        },
    )


@short_and_long
async def test_row_19_an_answer_is_lost_or_late(erp_rig: ErpRig, scale: Scale) -> None:
    await erp_rig.start(ORDERS)
    async with erp_rig.client() as ledger:
        await ledger.bring(
            Fault("lost_after", chance=0.04),
            Fault("lost_before", chance=0.03),
            Fault("late", chance=0.04, seconds=0.3),
            Fault("did_nothing", chance=0.03),
        )
        await erp_rig.accept(confirmations(range(1, 2 + scale.hits)))
        await erp_rig.drain(90 + 15 * scale.hits)
    erp_rig.conclude(
        f"erp-19-{scale.name}",
        {
            "answers lost": erp_rig.count("lane.answer_lost"),
            "taken over": erp_rig.count("lane.taken_over"),
            "answers found": erp_rig.count("lane.found"),
            "swept": erp_rig.count("lane.swept"),
        },
    )


@short_and_long
async def test_row_20_the_connection_is_cut_between_find_and_answer(
    erp_rig: ErpRig, scale: Scale
) -> None:
    await erp_rig.start(ORDERS)
    async with erp_rig.client() as ledger:
        await ledger.bring(Fault("slow", chance=0.5, seconds=0.1))
        await erp_rig.accept(confirmations(range(1, 2 + scale.hits)))
        await erp_rig.drain(90 + 15 * scale.hits, erp_rig.cut_connections)
    erp_rig.conclude(
        f"erp-20-{scale.name}",
        {
            "connections cut": erp_rig.count("cut.connections"),
            "databases lost": erp_rig.count("lane.database_trouble"),
        },
    )


@short_and_long
async def test_row_21_stopped_between_find_and_create_beyond_the_deadline(
    erp_rig: ErpRig, scale: Scale
) -> None:
    stops: Crash = {"lane.between_find_and_create": Hurt("stop", chance=0.03)}
    await erp_rig.start(ORDERS, stops)
    await erp_rig.accept(confirmations(range(1, 2 + scale.hits)))
    await erp_rig.drain(120 + 30 * scale.hits)
    erp_rig.conclude(
        f"erp-21-{scale.name}",
        {
            "stopped": erp_rig.count("stop.lane.between_find_and_create"),
            "refused to send late": erp_rig.count("lane.too_late"),
            "gave back": erp_rig.count("lane.gave_back"),
            "taken over": erp_rig.count("lane.taken_over"),
        },
    )
