"""Row 10: the ERP is down, then back and easily offended; some postings are poisoned."""

from dataclasses import dataclass

import pytest

from services.kit.lanes.systems import System
from tests.faults.lanes import erp
from tests.faults.lanes.erp import Erp
from tests.faults.lanes.rig import LaneRig

pytestmark = pytest.mark.fault

WORKERS = 2


@dataclass(frozen=True)
class Drill:
    """`budget` is what we believe the ERP bears, `rate` what it does (requests a second).

    `late` is the share of the drain's second half that may still be refused as too fast.
    """

    name: str
    confirmations: int
    orders: int
    poisoned: int
    rate: int
    down_seconds: float
    late: float

    @property
    def system(self) -> System:
        """Believed to be twice as fast as it is."""
        return System("erp-1", "wire", ("lyon",), budget=2.0 * self.rate)

    @property
    def postings(self) -> list[tuple[str, str]]:
        """Round about the orders."""
        return [(f"o{n % self.orders}", f"c{n}") for n in range(self.confirmations)]

    @property
    def poison(self) -> frozenset[str]:
        """The third confirmation of the first orders."""
        return frozenset(f"c{2 * self.orders + order}" for order in range(self.poisoned))


@pytest.mark.parametrize(
    "drill",
    [
        pytest.param(Drill("short", 900, 90, 2, 200, 1.0, 0.03), id="short"),
        pytest.param(
            Drill("long", 10_000, 200, 5, 300, 60.0, 0.001), id="long", marks=pytest.mark.long
        ),
    ],
)
def test_row_10_the_erp_is_down_and_comes_back(lane_rig: LaneRig, drill: Drill) -> None:
    habits = Erp(rate=drill.rate, burst=drill.rate / 10, refuses=drill.poison)
    erp.down(lane_rig.place).touch()
    lane_rig.start_erp(habits, drill.system)
    lane_rig.accept(drill.postings)
    lane_rig.start_workers(WORKERS)
    lane_rig.pause(drill.down_seconds)
    erp.down(lane_rig.place).unlink()
    lane_rig.run_until_done(60 + drill.confirmations / drill.rate * 3)

    assert lane_rig.states()["refused"] == drill.poisoned
    waiting = {key for (key,) in lane_rig.ask("SELECT key FROM lane_entry WHERE state = 'ready'")}
    assert waiting == {f"o{order}" for order in range(drill.poisoned)}

    assert lane_rig.verdict().ok
    lane_rig.mend()
    lane_rig.run_until_done(60)
    assert lane_rig.states() == {"posted": drill.confirmations}

    traffic = erp.Traffic.read(lane_rig.place)
    # Each worker may have a request under way when the breaker opens; then one probe at a time.
    assert traffic.statuses[503] <= WORKERS + traffic.probes(drill.down_seconds)
    # A machine that stands still sends at once what it was allowed bit by bit.
    assert traffic.refused_after(0.5) <= drill.late, "still too fast after half of the drain"
    lane_rig.conclude(
        f"10-{drill.name}",
        {
            "requests while down": traffic.statuses[503],
            "refused as too fast, at first": traffic.statuses[429],
            "requests a second of the drain's second half": round(traffic.pace_after(0.5)),
            "a second is the ERP's budget": drill.rate,
            "given back": lane_rig.count("lane.gave_back"),
            "replayed by hand": drill.poisoned,
        },
    )
