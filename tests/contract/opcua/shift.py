"""A shift at the press: what every test does with the plant, and asks it."""

import sys
from decimal import Decimal

from plantmesh.telemetry.v1.events_pb2 import CountersRead

from tests.contract.opcua.peer import Job
from tests.contract.opcua.plant import Plant, admit, until
from tests.contract.opcua.tally import Tally, booked, made

JOB = Job("4711", "L-1", "HEAT-1")
RATE = 50
"""Pieces a second."""


async def at_work(plant: Plant, *others: Job, collectors: int = 1) -> None:
    """Orders run, and the first pieces are booked for the first of them."""
    await admit(plant.peer, collectors)
    await plant.release(JOB.order, *(job.order for job in others))
    await plant.seen()
    plant.peer.want(JOB, RATE)
    await more_is_booked(plant)


async def more_is_booked(plant: Plant) -> None:
    """Wait until mes booked something that it had not when asked."""
    before = await amount(plant)

    async def more() -> bool:
        return await amount(plant) > before

    await until(more, "more is booked")


async def all_is_booked(plant: Plant, job: Job = JOB) -> Tally:
    """Let the press come to rest; what it made, once mes booked exactly that."""
    plant.peer.finish(job)
    expected = made(plant.peer.steps())
    try:
        await until(lambda: _agrees(plant, expected), "all that was made is booked, once")
    except AssertionError:
        assert booked(await plant.confirmations()) == expected
        raise
    return expected


async def amount(plant: Plant) -> Decimal:
    """Of all that is booked, whatever it is: it only grows."""
    return sum(booked(await plant.confirmations()).values(), Decimal(0))


def pieces(look: CountersRead) -> int:
    """Good and scrap at a look."""
    shown = [one for one in look.counters if one.counter in ("good", "scrap")]
    return sum(int(one.reading.value) for one in shown)


async def _agrees(plant: Plant, expected: Tally) -> bool:
    return booked(await plant.confirmations()) == expected


def say(line: str) -> None:
    """For whoever watches."""
    sys.stdout.write(f"\n  {line}")
