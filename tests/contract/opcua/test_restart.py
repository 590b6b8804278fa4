"""The server is killed and comes back: what it counted is counted once, and the gap is marked."""

import asyncio
import datetime as dt
import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from plantmesh.telemetry.v1.equipment_pb2 import QUALITY_GOOD, QUALITY_UNCERTAIN
from plantmesh.telemetry.v1.events_pb2 import CountersRead

from tests.contract.opcua.peer import Step
from tests.contract.opcua.plant import Plant, running, until
from tests.contract.opcua.shift import JOB, all_is_booked, at_work, more_is_booked, pieces, say
from tests.contract.opcua.tally import booked

pytestmark = pytest.mark.peer

KILLS, BACK_WITHIN = 3, 5.0
_UNSEEN = dt.timedelta(seconds=1.5)
"""The age of what a killed server may have counted and shown to nobody."""


async def test_counters_that_are_kept_are_booked_as_the_server_counted() -> None:
    async with running(retained=True) as plant:
        await at_work(plant)
        for _ in range(KILLS):
            await killed_and_back(plant)
        await all_is_booked(plant)
        looks = await plant.looks()
        gaps = [look for look in looks if look.HasField("gap_since")]
        assert len(gaps) == KILLS
        assert_marked(looks)
        assert not await plant.uncounted()


async def test_counters_that_begin_anew_are_booked_as_far_as_anybody_saw_them() -> None:
    async with running("--reset", retained=False) as plant:
        await at_work(plant)
        killed = [await killed_and_back(plant) for _ in range(KILLS)]
        plant.peer.finish(JOB)
        runs = by_run(plant.peer.steps())
        await until(lambda: _caught_up(plant, runs[-1][-1]), "the last run is seen to its end")
        looks = await plant.looks()
        seen = [shown[-1] for shown in by_incarnation(looks)]
        assert len(runs) == len(seen) == KILLS + 1
        for steps, last, at in zip(runs, seen, [*killed, None], strict=True):
            unseen = [step for step in steps if step.pieces > pieces(last)]
            say(f"run of {steps[-1].pieces} pieces: {steps[-1].pieces - pieces(last)} unseen")
            assert pieces(last) in {0, *(step.pieces for step in steps)}
            assert not unseen or (at and moment(unseen[0]) > at - _UNSEEN)
        expected = sum(map(pieces, seen))
        await until(lambda: _pieces_agree(plant, expected), "all that was seen is booked")
        assert_marked(looks)
        assert not await plant.uncounted()


async def killed_and_back(plant: Plant) -> dt.datetime:
    """One kill -9 and the way back, measured; when the server was gone for certain."""
    plant.peer.kill()
    gone = dt.datetime.now(dt.UTC)
    await until(lambda: _in_doubt(plant), "the machine's state is uncertain")
    doubted = dt.datetime.now(dt.UTC) - gone
    looks = len(await plant.looks())
    await asyncio.to_thread(plant.peer.start)
    back = time.monotonic()
    await until(lambda: _looked_again(plant, looks), "a look after the restart")
    resumed = time.monotonic() - back
    say(f"uncertain {doubted.total_seconds():.2f} s after the kill; resumed {resumed:.2f} s")
    assert resumed < BACK_WITHIN
    await more_is_booked(plant)
    return gone


def assert_marked(looks: Sequence[CountersRead]) -> None:
    """A gap begins at the last look before it, and only the look that ends it is uncertain."""
    for before, after in pairwise(looks):
        if after.HasField("gap_since"):
            assert after.gap_since == before.read_at.timestamp
            assert after.quality == QUALITY_UNCERTAIN
        else:
            assert after.quality == QUALITY_GOOD


def by_run(steps: Sequence[Step]) -> list[list[Step]]:
    """What each run of the server counted, oldest first."""
    runs: dict[str, list[Step]] = {}
    for step in steps:
        runs.setdefault(step.run, []).append(step)
    return list(runs.values())


def by_incarnation(looks: Sequence[CountersRead]) -> list[list[CountersRead]]:
    """The looks at each run, oldest first."""
    found: dict[str, list[CountersRead]] = {}
    for look in looks:
        found.setdefault(look.counters[0].incarnation, []).append(look)
    return list(found.values())


def moment(step: Step) -> dt.datetime:
    """When it was made."""
    return dt.datetime.fromtimestamp(step.at / 1000, dt.UTC)


async def _pieces_agree(plant: Plant, expected: int) -> bool:
    tally = booked(await plant.confirmations())
    return expected == sum(amount for kept, amount in tally.items() if kept.kind != "consumed")


async def _caught_up(plant: Plant, last: Step) -> bool:
    looks = await plant.looks()
    return pieces(looks[-1]) == last.pieces


async def _in_doubt(plant: Plant) -> bool:
    states = await plant.states()
    return states[-1].quality == QUALITY_UNCERTAIN


async def _looked_again(plant: Plant, looks: int) -> bool:
    return len(await plant.looks()) > looks
