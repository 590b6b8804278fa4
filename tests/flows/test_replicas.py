"""Two replicas of every service and of the gateway under load; who owns work dies with it in hand.

A victim is stopped first and looked at: it dies only if it has begun something that it has not
ended. At the end everything confirmed, and everything a machine counted, has happened once, in
order, or waits for a decision.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import LiteralString

import pytest

from tests.flows.owners import (
    COLLECTOR,
    COMMANDS,
    CONSUMER,
    EXECUTOR,
    LANE,
    RELAY,
    Hunter,
    Kill,
    since,
)
from tests.flows.pairs import EVERY, two_of_each
from tests.flows.press import PRESS
from tests.flows.readers import Readers
from tests.flows.recount import agrees, carried_out, rows, say
from tests.flows.shift import Shift
from tests.flows.spans import Sink, cut
from tests.flows.story import COUNT, tell
from tests.flows.work_done import WorkDone
from tests.waiting import until
from tools.simulators.ledger.faults import Fault

pytestmark = pytest.mark.flow

PLAN = (
    ("erp", LANE),
    ("mes", RELAY),
    ("process", CONSUMER),
    ("quality", COMMANDS),
    ("wms", COMMANDS),
    ("reference", RELAY),
    ("telemetry", COLLECTOR),
    ("process", EXECUTOR),
    ("erp", RELAY),
    ("mes", COMMANDS),
    ("quality", CONSUMER),
    ("wms", RELAY),
    ("telemetry", RELAY),
    ("process", RELAY),
)


@pytest.mark.parametrize(
    ("rounds", "orders"), [(1, 8), pytest.param(6, 24, marks=pytest.mark.long)]
)
async def test_everything_happens_once_whoever_dies(rounds: int, orders: int) -> None:
    start = time.monotonic()
    numbers = [f"47{number:02}" for number in range(orders)]
    pressed = [f"48{number:02}" for number in range(orders // 2)]
    async with two_of_each(pressed) as (plant, press, collected, books):
        say(f"up after {since(start)}")
        _, gateways = await asyncio.gather(
            plant.open([*numbers, *pressed]), plant.mesh.open_gateways(2)
        )
        await plant.ledger.bring(Fault("slow", seconds=0.05))
        await until(lambda: plant.look(PRESS))
        shift, done = Shift(plant, numbers, press), WorkDone()
        readers, kills = Readers(plant.mesh, gateways), list[Kill]()
        hunter = Hunter(plant.mesh, books, 2)
        programs = [plant.mesh.program(s, replica) for s in EVERY for replica in range(2)]
        async with asyncio.TaskGroup() as work:
            shift.begin(work)
            for order in (numbers[0], pressed[0]):
                work.create_task(readers.read(order, shift.over))
            for _ in range(rounds):
                async for kill in strike(hunter, readers):
                    kills.append(kill)
                    say(f"{since(start)}: {kill}")
                    await done.look(programs)
            shift.over.set()
        say(f"{since(start)}: {shift}")
        await carried_out(books, shift)
        say(f"carried out after {since(start)}")
        await done.look(programs)
        done.calls(collected.spans)
        for executor, count in await rows(books, "process", _ACTIVATIONS):
            done.add(executor.rsplit("-", 1)[0], "activations", count)
        for name, count in readers.answered.items():
            done.add(name, "calls", count)
        say(done.table([program.name for program in [*programs, *gateways]]))
        await agrees(plant, books, shift)
    assert all(kill.in_hand for kill in kills)
    assert len(kills) == rounds * (len(PLAN) + len(gateways))
    assert all(readers.left[gateway.name] for gateway in gateways), "somebody asked another one"
    everybody_worked(done)
    counts_are_traced(collected)
    assert done.all("taken_over") >= rounds, "what was on its way to the ERP was taken over"


_ACTIVATIONS: LiteralString = (
    "SELECT executor_id, count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS' GROUP BY 1"
)


async def strike(hunter: Hunter, readers: Readers) -> AsyncIterator[Kill]:
    """Every owner of the plan; one gateway before them all, the other after."""
    first, second = readers.gateways
    yield await readers.kill(first)
    for service, role in PLAN:
        yield await hunter.kill(service, role)
    yield await readers.kill(second)


def counts_are_traced(collected: Sink) -> None:
    """From a collector's look to the ERP; without what mes went on with, no further."""
    told = tell(collected.spans, COUNT)
    assert all(told.values()), told
    broken = tell(cut(collected.spans, told["counting"], told["telling"]), COUNT)
    assert [name for name, ids in broken.items() if ids] == ["telling"]


def everybody_worked(done: WorkDone) -> None:
    """No replica only looked on."""
    duties = {
        "calls": ("reference", "erp", "mes", "wms", "quality", "telemetry", "gateway"),
        "told": ("telemetry",),
        "applied": ("erp", "mes", "quality", "process"),
        "posted": ("erp",),
        "activations": ("process",),
    }
    idle = [
        (f"{service}-{replica}", what)
        for what, services in duties.items()
        for service in services
        for replica in range(2)
        if not done.of(f"{service}-{replica}")[what]
    ]
    assert not idle
