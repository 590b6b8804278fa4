"""Rows 19, 20 and 21, and kill -9 at every point of a posting's way."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.faults.crash import Crash, Fault
from tests.faults.lanes.erp import Erp
from tests.faults.lanes.rig import LaneRig
from tests.faults.scale import Scale, short_and_long

pytestmark = pytest.mark.fault

KILLS: Crash = {
    "lane.before_find": Fault(chance=0.04),
    "lane.between_find_and_create": Fault(chance=0.03),
    "lane.after_check": Fault(chance=0.03),
    "lane.after_post": Fault(chance=0.03),
    "lane.before_result": Fault(chance=0.04),
}


def orders(keys: int, each: int) -> list[tuple[str, str]]:
    """(key, reference) of `each` postings for every key, round about."""
    return [(f"o{key}", f"c{key}.{turn}") for turn in range(each) for key in range(keys)]


def more(keys: int) -> Iterator[list[tuple[str, str]]]:
    """One further posting for every key, again and again."""
    for turn in count(1000):
        yield [(f"o{key}", f"c{key}.{turn}") for key in range(keys)]


@short_and_long
def test_kill_9_at_every_point(lane_rig: LaneRig, scale: Scale) -> None:
    lane_rig.start_erp(Erp(lost=0.02))
    lane_rig.accept(orders(60, 1))
    lane_rig.start_workers(2, KILLS)
    turns = more(60)

    def go_on() -> None:
        if lane_rig.open() < 60:
            lane_rig.accept(next(turns))

    def enough() -> bool:
        counts = lane_rig.counters.read()
        return all(counts[f"kill.{point}"] >= scale.hits for point in KILLS)

    lane_rig.go_on_until(enough, 30 + 15 * scale.hits, go_on, every=0.2)
    lane_rig.calm()
    lane_rig.run_until_done(60)
    lane_rig.sweep()
    lane_rig.conclude(
        f"lane-kills-{scale.name}",
        {
            "taken over": lane_rig.count("lane.taken_over"),
            "answers found": lane_rig.count("lane.found"),
            "swept": lane_rig.count("lane.swept"),
        },
    )


@short_and_long
def test_row_19_an_answer_is_lost_or_late(lane_rig: LaneRig, scale: Scale) -> None:
    lane_rig.start_erp(Erp(lost=0.04, late=0.06))
    lane_rig.accept(orders(60, 2 * scale.hits))
    lane_rig.start_workers(2)
    lane_rig.run_until_done(30 + 10 * scale.hits)
    lane_rig.sweep()
    lane_rig.conclude(
        f"19-{scale.name}",
        {
            "answers lost": lane_rig.count("erp.lost"),
            "answers lost before the posting": lane_rig.count("erp.late"),
            "taken over": lane_rig.count("lane.taken_over"),
            "answers found": lane_rig.count("lane.found"),
            "swept": lane_rig.count("lane.swept"),
        },
    )


@short_and_long
def test_row_20_the_connection_is_cut_between_find_and_answer(
    lane_rig: LaneRig, scale: Scale
) -> None:
    lane_rig.start_erp(Erp(slow=0.03))
    lane_rig.accept(orders(40, 2 * scale.hits))
    lane_rig.start_workers(2, {"lane.after_post": Fault("delay", chance=0.2, seconds=0.05)})
    lane_rig.run_until_done(30 + 10 * scale.hits, lane_rig.cut_connections, every=0.3)
    lane_rig.sweep()
    lane_rig.conclude(
        f"20-{scale.name}",
        {
            "connections cut": lane_rig.count("cut.connections"),
            "results written again": lane_rig.count("lane.result_repeated"),
            "databases lost": lane_rig.count("lane.database_trouble"),
        },
    )


@short_and_long
def test_row_21_stopped_between_find_and_create_beyond_the_deadline(
    lane_rig: LaneRig, scale: Scale
) -> None:
    lane_rig.start_erp(Erp())
    lane_rig.accept(orders(40, 2 * scale.hits))
    lane_rig.start_workers(3, {"lane.between_find_and_create": Fault("stop", chance=0.06)})
    lane_rig.run_until_done(30 + 15 * scale.hits)
    lane_rig.let_come_back()
    lane_rig.sweep()
    lane_rig.conclude(
        f"21-{scale.name}",
        {
            "stopped": lane_rig.count("stop.lane.between_find_and_create"),
            "refused to send late": lane_rig.count("lane.too_late"),
            "gave back": lane_rig.count("lane.gave_back"),
            "taken over": lane_rig.count("lane.taken_over"),
        },
    )
