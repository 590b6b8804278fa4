"""The judge refuses what the obvious variants do to the ERP; the right worker passes the same."""

from collections import Counter

import pytest

from services.kit.lanes.worker import Worker
from tests.faults.crash import Crash, Fault
from tests.faults.lanes.erp import Erp
from tests.faults.lanes.rig import LaneRig
from tests.faults.lanes.variants import Hasty, Holding, Impatient

pytestmark = pytest.mark.fault

ONE_EACH = [(f"o{n}", f"c{n}") for n in range(20)]
STOP: Crash = {"lane.between_find_and_create": Fault("stop")}


def test_finding_at_once_after_a_lost_answer_posts_twice(lane_rig: LaneRig) -> None:
    lane_rig.start_erp(Erp(late=0.4))
    lane_rig.accept(ONE_EACH)
    lane_rig.start_workers(2, kind=Impatient)
    lane_rig.wait_for_a_repeat()


def test_clock_checked_before_the_find_posts_twice(lane_rig: LaneRig) -> None:
    lane_rig.start_erp(Erp())
    lane_rig.accept(ONE_EACH)
    lane_rig.start_worker("sleepy", STOP, Hasty)
    lane_rig.go_on_until(lambda: lane_rig.count("stop.lane.between_find_and_create") > 0, 10)
    lane_rig.start_workers(2)
    lane_rig.run_until_done(30)
    lane_rig.let_come_back()
    lane_rig.sweep()
    lane_rig.wait_for_a_repeat()
    twice = [posting for posting, count in Counter(lane_rig.journal()).items() if count > 1]
    assert lane_rig.shown() == len(twice), "what was not prevented is shown"


def cut_while_it_posts(lane_rig: LaneRig, kind: type[Worker]) -> None:
    """A slow ERP, and one connection cut again and again."""
    lane_rig.start_erp(Erp(slow=0.12))
    lane_rig.accept([(f"o{n}", f"c{n}") for n in range(60)])
    lane_rig.start_workers(4, kind=kind)
    lane_rig.run_until_done(30, lane_rig.cut_a_transaction, every=0.15)


def test_lock_held_across_the_post_makes_two_documents(lane_rig: LaneRig) -> None:
    cut_while_it_posts(lane_rig, Holding)
    lane_rig.wait_for_a_repeat()


def test_without_a_lock_the_same_cuts_make_one(lane_rig: LaneRig) -> None:
    cut_while_it_posts(lane_rig, Worker)
    lane_rig.sweep()
    assert lane_rig.count("cut.connections")
    assert lane_rig.verdict().ok
