"""A rolling restart of every service and of the gateway under load: nobody fails, nothing is lost.

Two replicas each, one at a time. Callers try again when they are told UNAVAILABLE, or when a
connection ends; whatever a replica had in hand it ends itself, so nobody's call is cut.
"""

import asyncio
from dataclasses import replace

import pytest

from tests.flows.pairs import EVERY, two_of_each
from tests.flows.press import PRESS
from tests.flows.recount import agrees, carried_out, say
from tests.flows.shift import Shift
from tests.load.clients import Browsers, Callers
from tests.load.rolling import Drain, restart
from tests.waiting import until
from tools.simulators.ledger.faults import Fault

pytestmark = pytest.mark.long

AIM = 10.0
"""Seconds in which a replica should be gone; what fails is to need longer than it is given."""
ORDERS, READERS = 4, 2


async def test_nobody_notices_a_rolling_restart() -> None:
    orders = [f"47{number:02}" for number in range(ORDERS)]
    pressed = [f"48{number:02}" for number in range(ORDERS // 2)]
    async with two_of_each(pressed) as (plant, press, _, books):
        _, gateways = await asyncio.gather(
            plant.open([*orders, *pressed]),
            plant.mesh.open_gateways(2, PLANTMESH_RATE_PER_SECOND="1000"),
        )
        await plant.ledger.bring(Fault("slow", seconds=0.05))
        await until(lambda: plant.look(PRESS))
        callers, browsers = Callers(), Browsers(gateways=gateways)
        shift = Shift(replace(plant, ask=callers.ask), orders, press)
        drains = list[Drain]()
        async with asyncio.TaskGroup() as work:
            shift.begin(work)
            for order in orders[:READERS]:
                work.create_task(browsers.read(plant.mesh, order, shift.over))
            for name in [f"{service}-{n}" for service in (*EVERY, "gateway") for n in (0, 1)]:
                before = callers.answered, browsers.answered
                drains.append(await restart(plant.mesh, name))
                after = callers.answered, browsers.answered
                say(
                    f"{drains[-1]}; meanwhile {after[0] - before[0]} calls, "
                    f"{after[1] - before[1]} questions answered"
                )
                assert all(b > a for a, b in zip(before, after, strict=True)), "there was no load"
            shift.over.set()
        say(f"{shift}")
        say(f"calls: {callers}")
        say(f"questions: {browsers}")
        await carried_out(books, shift, 600)
        await agrees(plant, books, shift)
    late = [drain.name for drain in drains if drain.seconds >= AIM]
    say(f"all drained within {AIM:g} s" if not late else f"longer than {AIM:g} s: {late}")
    assert all(drain.clean for drain in drains), drains
