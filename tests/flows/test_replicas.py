"""Two replicas of every service and of the gateway under load; who owns work dies with it in hand.

A victim is stopped first and looked at: it dies only if it has begun something that it has not
ended. At the end everything confirmed, and everything a machine counted, has happened once, in
order, or waits for a decision.
"""

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
import pytest

from tests.faults.checker import check
from tests.flows.money import is_booked
from tests.flows.owners import (
    COLLECTOR,
    COMMANDS,
    CONSUMER,
    EXECUTOR,
    LANE,
    RELAY,
    Books,
    Hunter,
    Kill,
    since,
)
from tests.flows.plant import HEAT, OPENING, SERVICES, Plant, running
from tests.flows.press import PRESS, Press, open_press
from tests.flows.press import STEEL as PRESSED
from tests.flows.readers import Readers
from tests.flows.shift import GOOD, STEEL, Shift
from tests.flows.spans import Sink, cut, sink
from tests.flows.story import COUNT, tell
from tests.flows.work_done import WorkDone
from tests.servers import scratch_folder
from tests.shopfloor import MADE, USED, booked
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
EVERY = (*SERVICES, "telemetry")


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
        await the_press_is_counted(books, shift)
        await the_ledger_agrees(plant, books, shift)
        await the_warehouse_agrees(plant, shift)
        await nothing_is_left(books, shift)
    assert all(kill.in_hand for kill in kills)
    assert len(kills) == rounds * (len(PLAN) + len(gateways))
    assert all(readers.left[gateway.name] for gateway in gateways), "somebody asked another one"
    everybody_worked(done)
    counts_are_traced(collected)
    assert done.all("taken_over") >= rounds, "what was on its way to the ERP was taken over"


_ACTIVATIONS: LiteralString = (
    "SELECT executor_id, count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS' GROUP BY 1"
)


@asynccontextmanager
async def two_of_each(
    pressed: Sequence[str],
) -> AsyncIterator[tuple[Plant, Press, Sink, Books]]:
    """The plant, its press, their spans, and a connection to the database of every service."""
    async with AsyncExitStack() as stack:
        collected = await stack.enter_async_context(sink())
        env = {
            "PLANTMESH_OTLP_ENDPOINT": collected.url,
            "PLANTMESH_TRACE_SHARE": "1",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "PLANTMESH_DEAD_SECONDS": "2",
        }
        root = stack.enter_context(scratch_folder())
        press = await stack.enter_async_context(open_press(root, pressed, 2))
        env["PLANTMESH_TELEMETRY_SOURCES"] = str(press.place.sources)
        plant = await stack.enter_async_context(running(root, env, replicas=2, services=EVERY))
        books = {
            service: await stack.enter_async_context(
                await psycopg.AsyncConnection.connect(url, autocommit=True)
            )
            for service, url in plant.mesh.databases.items()
        }
        yield plant, press, collected, books


async def strike(hunter: Hunter, readers: Readers) -> AsyncIterator[Kill]:
    """Every owner of the plan; one gateway before them all, the other after."""
    first, second = readers.gateways
    yield await readers.kill(first)
    for service, role in PLAN:
        yield await hunter.kill(service, role)
    yield await readers.kill(second)


async def carried_out(books: Books, shift: Shift) -> None:
    """Every report and decision is with process, every effect with its peer and in the ERP.

    Raises AssertionError with what is missing when that takes too long.
    """
    missing: dict[str, object] = {}

    async def nothing_is_missing() -> bool:
        [(effects,)] = await rows(books, "process", "SELECT count(*) FROM effect WHERE at = 'erp'")
        [(missing["open in process"],)] = await rows(books, "process", _OPEN)
        counted = (await looks_booked(books)).values()
        expected = shift.confirmed.total() + shift.accepted.total() + sum(n for n, _ in counted)
        missing["kg not counted"] = shift.press.good.total() - sum(good for _, good in counted)
        missing["effects"] = expected - effects
        return not any(missing.values())

    try:
        await until(nothing_is_missing, 120)
    except AssertionError as error:
        missing["uncounted"] = await rows(books, "mes", "SELECT code, reason FROM uncounted")
        raise AssertionError(missing) from error


async def looks_booked(books: Books) -> dict[str, tuple[int, Decimal]]:
    """By order, how many confirmations mes made of what the press showed, and their yield."""
    query: LiteralString = (
        "SELECT order_no, count(*), sum(good) FROM confirmation WHERE equipment <> '' GROUP BY 1"
    )
    return {order: (looks, good) for order, looks, good in await rows(books, "mes", query)}


async def the_press_is_counted(books: Books, shift: Shift) -> None:
    """Each order got what the press made for it, and nothing waits for a person."""
    counted = await looks_booked(books)
    assert {order: good for order, (_, good) in counted.items()} == shift.press.good
    assert await rows(books, "mes", "SELECT counter, code, reason FROM uncounted") == []
    shown = await shift.plant.look(PRESS)
    assert shown
    readings = {one.counter: Decimal(one.reading.value) for one in shown.counters}
    assert readings["good"] == shift.press.good.total()


def counts_are_traced(collected: Sink) -> None:
    """From a collector's look to the ERP; without what mes went on with, no further."""
    told = tell(collected.spans, COUNT)
    assert all(told.values()), told
    broken = tell(cut(collected.spans, told["counting"], told["telling"]), COUNT)
    assert [name for name, ids in broken.items() if ids] == ["telling"]


_OPEN: LiteralString = (
    "SELECT (SELECT count(*) FROM fact WHERE state <> 'done')"
    " + (SELECT count(*) FROM effect WHERE state <> 'done'"
    "    OR (at = 'erp' AND posting <> 'posted'))"
)


async def the_ledger_agrees(plant: Plant, books: Books, shift: Shift) -> None:
    """The lane accepted what was confirmed, in its order; the journal is its faithful copy."""
    lanes: dict[str, list[str]] = defaultdict(list)
    for status in await plant.desk.statuses([*shift.orders, *shift.press.orders]):
        lanes[status.posting.order.order_no].append(status.posting.reference)
    for order in shift.orders:
        whole, freed = shift.confirmed[order], shift.accepted[order]
        assert numbers(lanes[order], "consumption") == list(range(1, whole + 1))
        assert numbers(lanes[order], "yield") == list(range(1, freed + 1))
        assert len(lanes[order]) == whole + freed
    for order, (looks, _) in (await looks_booked(books)).items():
        assert numbers(lanes[order], "consumption") == list(range(1, looks + 1))
    verdict = check(lanes, booked(plant.place.journal))
    say(str(verdict))
    assert verdict.ok, verdict


async def the_warehouse_agrees(plant: Plant, shift: Shift) -> None:
    """Freed yield is free, the rest is with quality, and the steel that went in is gone."""
    pressed = shift.press.good
    made = await plant.balances(MADE, [f"L-{order}" for order in (*shift.orders, *pressed)])
    expected = {(f"L-{order}", "quality"): good for order, good in pressed.items()} | {
        (f"L-{order}", status): GOOD * count
        for order in shift.orders
        for status, count in (
            ("unrestricted", shift.accepted[order]),
            ("quality", shift.confirmed[order] - shift.accepted[order]),
        )
        if count
    }
    assert made == expected
    left = OPENING - STEEL * shift.confirmed.total() - PRESSED * pressed.total()
    assert await plant.balances(USED, [HEAT]) == {(HEAT, "unrestricted"): left}
    await until(lambda: is_booked(plant))


async def nothing_is_left(books: Books, shift: Shift) -> None:
    """Only yields wait, as rows; nothing is parked, in doubt or unsent."""
    [(waiting,)] = await rows(books, "process", "SELECT sum(waiting) FROM output")
    reported = GOOD * (shift.confirmed.total() - shift.accepted.total())
    assert waiting == reported + shift.press.good.total()
    [(doubts,)] = await rows(books, "erp", "SELECT count(*) FROM lane_exception")
    assert not doubts
    for service in EVERY:
        assert await rows(books, service, "SELECT key, reason FROM parked_key") == []


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


def numbers(references: Sequence[str], kind: str) -> list[int]:
    """Confirmation numbers of the postings of a kind, as they stand."""
    parts = [reference.split("/") for reference in references]
    return [int(part[2]) for part in parts if part[3] == kind]


async def rows(books: Books, service: str, query: LiteralString) -> list[tuple[Any, ...]]:
    """From a service's database."""
    return await (await books[service].execute(query)).fetchall()


def say(line: str) -> None:
    """For whoever watches."""
    sys.stdout.write(f"{line}\n")
