"""Row 10 between the real service and the ledger: down, back, easily offended, some poisoned."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from plantmesh.erp.v1 import postings_pb2

from services.kit.lanes.pacing import FIRST_PAUSE, LONGEST_PAUSE
from tests.faults.erp.rig import ErpRig
from tests.shopfloor import MADE, posting
from tools.simulators.ledger.faults import Throttle

pytestmark = pytest.mark.fault

REPLICAS = 2


@dataclass(frozen=True)
class Drill:
    """`rate` requests a second are borne; the row in `systems` believes in twice as many.

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
    def numbers(self) -> list[str]:
        """Of the orders."""
        return [f"{4000 + number}" for number in range(self.orders)]

    def postings(self) -> list[postings_pb2.Posting]:
        """Round about the orders; the third of the first orders is of an item nobody knows."""
        made = []
        for n in range(self.confirmations):
            number, order = divmod(n, self.orders)
            poison = number == 2 and order < self.poisoned
            kind, item = ("consumption", "unobtainium") if poison else ("yield", MADE)
            made.append(posting(self.numbers[order], number, kind, item, "1"))
        return made


@dataclass(frozen=True)
class Traffic:
    """(monotonic seconds, status) of each request for postings that the ledger saw."""

    seen: list[tuple[float, int]]

    @classmethod
    def read(cls, requests: Path) -> "Traffic":
        """From the ledger's own notes."""
        lines = map(str.split, requests.read_text().splitlines())
        return cls(
            [(float(at), int(status)) for at, door, status in lines if door in ("post", "search")]
        )

    def second_half(self) -> list[tuple[float, int]]:
        """What came after half of the time."""
        middle = (self.seen[0][0] + self.seen[-1][0]) / 2
        return [(at, status) for at, status in self.seen if at > middle]

    def drain_seconds(self) -> float:
        """Until nine tenths were asked; the tail waits for a few lost answers' deadlines."""
        return self.seen[len(self.seen) * 9 // 10][0] - self.seen[0][0]


def probes(seconds: float) -> int:
    """Requests that an outage of this length may see from a breaker."""
    waited, count = 0.0, 1
    while waited < seconds:
        waited += min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (count - 1))
        count += 1
    return count


@pytest.mark.parametrize(
    "drill",
    [
        pytest.param(Drill("short", 1000, 100, 2, 250, 2.0, 0.03), id="short"),
        pytest.param(
            Drill("long", 10_000, 200, 5, 300, 60.0, 0.001), id="long", marks=pytest.mark.long
        ),
    ],
)
async def test_row_10_the_erp_is_down_and_comes_back(erp_rig: ErpRig, drill: Drill) -> None:
    await erp_rig.start(
        drill.numbers,
        replicas=REPLICAS,
        budget=2.0 * drill.rate,
        lane={"batch": 8, "lease": 4.5},
    )
    poisoned = [one for one in drill.postings() if one.lines[0].item_no != MADE]
    erp_rig.refused = {one.reference for one in poisoned}
    async with erp_rig.client() as ledger:
        await ledger.outage(True)
        await erp_rig.accept(drill.postings())
        await erp_rig.rest(drill.down_seconds)
        while_down = erp_rig.count("lane.unavailable")
        await ledger.bear(Throttle(rate=drill.rate, burst=drill.rate / 10))
        erp_rig.place.requests.write_text("")
        await ledger.outage(False)
        await erp_rig.drain(60 + drill.confirmations * 2 / drill.rate * 3)

    waiting = erp_rig.ask("SELECT DISTINCT key FROM lane_entry WHERE state = 'ready' ORDER BY 1")
    assert waiting == [(f"lyon/{order}",) for order in drill.numbers[: drill.poisoned]]
    assert while_down <= REPLICAS * 4 + probes(drill.down_seconds + 10), "a retry storm"
    traffic = Traffic.read(erp_rig.place.requests)
    late = Counter(status for _, status in traffic.second_half())
    # A machine that stands still sends at once what it was allowed bit by bit.
    assert late[429] <= late.total() * drill.late, "still offended after half of the drain"
    erp_rig.conclude(
        f"erp-10-{drill.name}",
        {
            "unanswered while down": while_down,
            "refused as too fast, at first": sum(status == 429 for _, status in traffic.seen),
            "requests a second while draining": round(
                0.9 * len(traffic.seen) / traffic.drain_seconds()
            ),
            "a second is the ledger's budget": drill.rate,
            "seconds for nine tenths of the drain": round(traffic.drain_seconds()),
            "parked": len(poisoned),
        },
    )
