"""The story of `make demo` at a smaller plant: the recount holds, and not without any paper."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.servers import scratch_folder
from tools.demo.plant import PLANT, UNITS
from tools.demo.recount import recount
from tools.demo.scene import Scene
from tools.demo.shift import draw_shift
from tools.demo.stand import stands
from tools.demo.story import judge, play, staged

pytestmark = pytest.mark.flow


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """All services, the ledger and the line, three orders released."""
    said: list[str] = []
    with scratch_folder() as root:
        shift = draw_shift(orders=3, reports=2, seed=7)
        async with staged(root, shift, said.append, seconds=0.3) as scene:
            yield scene


async def test_the_story_ends_with_a_recount_that_holds(scene: Scene) -> None:
    await play(scene)
    found = await judge(scene)
    assert found.holds, found.differences
    assert sum(row.stand.held for row in found.rows) == Decimal(7)
    assert sum(row.stand.scrapped for row in found.rows) == Decimal(4)
    happened = {one.what: one.count for one in scene.happened}
    assert happened["posted"] == len(scene.journal())
    assert happened["suppressed"] == happened["parked"] == happened["replayed"] == 1
    assert happened["waited"] > 0
    await nothing_can_be_dropped(scene)


async def nothing_can_be_dropped(scene: Scene) -> None:
    """One document less, or one report less, is noticed."""
    said = await stands(scene.graph, PLANT)
    units = {ours: theirs for theirs, ours in UNITS.items()}
    counts, journal = scene.counts(), scene.journal()
    for place in range(len(journal)):
        short = journal[:place] + journal[place + 1 :]
        assert not recount(counts, short, said, units).holds
    for job in scene.shift.jobs:
        fewer = [
            paper
            for paper in counts
            if job.id != (paper.job.id if hasattr(paper, "job") else paper.id)
        ]
        assert not recount(fewer, journal, said, units).holds
