"""Two collectors, one press: however their looks mix, everything is counted, nothing twice."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.mes.domain.look import CounterKey, Job, Look, Term
from tests.unit.mes.looks import after_gap, bad, good, look, scrap
from tests.unit.mes.memory import MemoryFloor
from tests.unit.mes.reports import plan
from tests.unit.mes.use_cases import create
from tests.unit.mes.use_cases.counting import booked, count, waiting

JOBS = (Job("4711", "L1"), Job("4711", "L2"), Job("4712", "M1"), Job("nobody's", "N1"), Job("", ""))


@dataclass(frozen=True)
class Step:
    """What the press did for a second, and which collectors told it."""

    made: int
    spoiled: int
    job: int
    restarts: bool
    told_by: frozenset[int]


STEPS = st.lists(
    st.builds(
        Step,
        made=st.integers(0, 9),
        spoiled=st.integers(0, 2),
        job=st.integers(0, len(JOBS) - 1),
        restarts=st.booleans(),
        told_by=st.frozensets(st.integers(1, 3)),
    ),
    min_size=1,
    max_size=12,
)


def history(steps: Sequence[Step]) -> tuple[list[Look], dict[CounterKey, Decimal]]:
    """Every second as a perfect watcher saw it, and where each counter ended.

    What is kept through restarts ("good") goes on, what is not ("scrap") begins anew.
    """
    made, spoiled, incarnation = 0, 0, 0
    seen = [look(0, good("0"), scrap("0", incarnation="0"))]
    last: dict[CounterKey, Decimal] = {}
    for second, step in enumerate(steps, start=1):
        if step.restarts:
            spoiled, incarnation = 0, incarnation + 1
        made, spoiled = made + step.made, spoiled + step.spoiled
        readings = good(str(made)), scrap(str(spoiled), incarnation=str(incarnation))
        here = look(second, *readings, job=JOBS[step.job])
        seen.append(after_gap(here) if step.restarts else here)
    for one in seen:
        for reading in one.readings:
            last[reading.key] = reading.total.value
    return seen, last


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Look], dict[CounterKey, Decimal]]:
    """What arrives: each collector's looks in order, repeated at will, mixed with the others'.

    The last one is told by the collector in office, as every machine's newest state is at last.
    """
    steps = draw(STEPS)
    seen, last = history(steps)
    told = {
        epoch: [
            replace(one, term=Term(1, epoch), id=f"{one.id}.{epoch}")
            for second, one in enumerate(seen)
            if second == 0 or epoch in steps[second - 1].told_by
        ]
        for epoch in (1, 2, 3)
    }
    arriving = [replace(seen[0], term=Term(1, 1))]
    cursors = dict.fromkeys(told, 0)
    for epoch in draw(st.lists(st.sampled_from([1, 2, 3]), max_size=40)):
        cursors[epoch] = max(0, cursors[epoch] - draw(st.integers(0, 2)))
        if cursors[epoch] < len(told[epoch]):
            one = told[epoch][cursors[epoch]]
            arriving.append(bad(one) if draw(st.integers(0, 9)) == 0 else one)
            cursors[epoch] += 1
    # Whoever is in office at last tells, of each incarnation, the end.
    ends = [
        one
        for one, following in zip(seen, [*seen[1:], None], strict=True)
        if following is None or following.readings[1].incarnation != one.readings[1].incarnation
    ]
    arriving += [after_gap(replace(one, term=Term(1, 9), id=f"end {one.id}")) for one in ends]
    return arriving, last


@settings(deadline=None, max_examples=300)
@given(deliveries(), st.lists(st.integers(1, 8), min_size=1))
def test_booked_and_waiting_are_what_the_counters_show(
    arrived: tuple[list[Look], dict[CounterKey, Decimal]], runs: list[int]
) -> None:
    arriving, last = arrived
    asyncio.run(judge(arriving, last, runs))


async def judge(arriving: list[Look], last: dict[CounterKey, Decimal], runs: list[int]) -> None:
    """Tell them in runs of these lengths, then compare the sums."""
    floor = MemoryFloor()
    await create(floor, plan(ordered="1000"), plan("4712", ordered="1000"))
    rest = list(arriving)
    turn = 0
    while rest:
        size = runs[turn % len(runs)]
        await count(floor, *rest[:size])
        rest, turn = rest[size:], turn + 1
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    ids: list[str] = []
    for order_no in ("4711", "4712"):
        for one in await booked(floor, order_no):
            ids.append(one.report.id)
            sums["good"] += one.report.good.value
            for spoiled in one.report.scrap:
                sums["scrap"] += spoiled.quantity.value
    for left in await waiting(floor):
        sums[left.difference.reading.counter] += left.difference.quantity.value
    shown: defaultdict[str, Decimal] = defaultdict(Decimal)
    for key, total in last.items():
        shown[key.counter] += total
    assert {name: sums[name] for name in shown} == shown
    assert len(ids) == len(set(ids))
