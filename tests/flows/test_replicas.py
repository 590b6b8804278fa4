"""Two replicas of every service under load; whoever owns the work is killed with it in hand.

A victim is stopped first and looked at: it dies only if it has begun something that it has not
ended. At the end everything confirmed has happened once, in order, or waits for a decision.
"""

import asyncio
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
import pytest

from tests.faults.checker import check
from tests.flows.owners import COMMANDS, CONSUMER, EXECUTOR, LANE, RELAY, Books, Hunter, since
from tests.flows.plant import HEAT, OPENING, SERVICES, Plant, running
from tests.flows.spans import Sink, sink
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
    ("process", EXECUTOR),
    ("erp", RELAY),
    ("mes", COMMANDS),
    ("quality", CONSUMER),
    ("wms", RELAY),
    ("process", RELAY),
)
GOOD, STEEL = Decimal("2.5"), Decimal(4)
_PAUSE = 0.25


@dataclass
class Shift:
    """A shift's work: lines report, an inspector frees half of the orders, a steward edits."""

    plant: Plant
    orders: Sequence[str]
    over: asyncio.Event = field(default_factory=asyncio.Event)
    confirmed: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)

    async def line(self, order: str) -> None:
        """One report after the other."""
        while not self.over.is_set():
            await self.plant.confirm(order, self.confirmed[order] + 1)
            self.confirmed[order] += 1
            await asyncio.sleep(_PAUSE)

    async def inspector(self) -> None:
        """Split after split, each as large as one report's yield."""
        mine = self.orders[::2]
        while not self.over.is_set():
            for one in await self.plant.inspections():
                decided = int(Decimal(one.decided.value or "0") / GOOD)
                open_ = Decimal(one.submitted.value) - GOOD * decided
                if one.order_no in mine and open_ >= GOOD:
                    await self._accept(one.inspection_no, one.order_no, decided + 1)
            await asyncio.sleep(_PAUSE)

    async def steward(self) -> None:
        """Plants and items get new names for ever."""
        edit = 0
        while not self.over.is_set():
            edit += 1
            await self.plant.describe(f"edition {edit}")
            await asyncio.sleep(_PAUSE)

    async def _accept(self, inspection_no: str, order: str, split: int) -> None:
        await self.plant.accept(inspection_no, split, str(GOOD))
        self.accepted[order] = split


@pytest.mark.parametrize(
    ("rounds", "orders"), [(1, 8), pytest.param(6, 24, marks=pytest.mark.long)]
)
async def test_everything_happens_once_whoever_dies(rounds: int, orders: int) -> None:
    start = time.monotonic()
    numbers = [f"47{number:02}" for number in range(orders)]
    async with two_of_each() as (plant, collected, books):
        say(f"up after {since(start)}")
        await plant.open(numbers)
        await plant.ledger.bring(Fault("slow", seconds=0.05))
        shift, done = Shift(plant, numbers), WorkDone()
        hunter = Hunter(plant.mesh, books, 2)
        programs = [plant.mesh.program(s, replica) for s in SERVICES for replica in range(2)]
        async with asyncio.TaskGroup() as work:
            for order in numbers:
                work.create_task(shift.line(order))
            work.create_task(shift.inspector())
            work.create_task(shift.steward())
            for service, role in PLAN * rounds:
                await done.look(programs)
                kill = await hunter.kill(service, role)
                say(f"{since(start)}: {kill}")
            shift.over.set()
        total = shift.confirmed.total()
        say(f"{since(start)}: {total} confirmed, {shift.accepted.total()} freed")
        await until(lambda: all_carried_out(books, shift), 120)
        say(f"carried out after {since(start)}")
        await done.look(programs)
        done.calls(collected.spans)
        for executor, count in await rows(books, "process", _ACTIVATIONS):
            done.add(executor.rsplit("-", 1)[0], "activations", count)
        say(done.table([program.name for program in programs]))
        await the_ledger_agrees(plant, shift)
        await the_warehouse_agrees(plant, shift)
        await nothing_is_left(books, shift)
    assert all(kill.in_hand for kill in hunter.kills)
    assert len(hunter.kills) == rounds * len(PLAN)
    everybody_worked(done)
    assert done.all("taken_over") >= rounds, "what was on its way to the ERP was taken over"


_ACTIVATIONS: LiteralString = (
    "SELECT executor_id, count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS' GROUP BY 1"
)


@asynccontextmanager
async def two_of_each() -> AsyncIterator[tuple[Plant, Sink, Books]]:
    """The plant, its spans, and a connection to the database of every service."""
    async with AsyncExitStack() as stack:
        collected = await stack.enter_async_context(sink())
        env = {
            "PLANTMESH_OTLP_ENDPOINT": collected.url,
            "PLANTMESH_TRACE_SHARE": "1",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "PLANTMESH_DEAD_SECONDS": "2",
        }
        root = stack.enter_context(scratch_folder())
        plant = await stack.enter_async_context(running(root, env, replicas=2))
        books = {
            service: await stack.enter_async_context(
                await psycopg.AsyncConnection.connect(url, autocommit=True)
            )
            for service, url in plant.mesh.databases.items()
        }
        yield plant, collected, books


async def all_carried_out(books: Books, shift: Shift) -> bool:
    """Every report and decision is with process, every effect with its peer and in the ERP."""
    [(effects,)] = await rows(books, "process", "SELECT count(*) FROM effect WHERE at = 'erp'")
    [(open_,)] = await rows(books, "process", _OPEN)
    return not open_ and effects == shift.confirmed.total() + shift.accepted.total()


_OPEN: LiteralString = (
    "SELECT (SELECT count(*) FROM fact WHERE state <> 'done')"
    " + (SELECT count(*) FROM effect WHERE state <> 'done'"
    "    OR (at = 'erp' AND posting <> 'posted'))"
)


async def the_ledger_agrees(plant: Plant, shift: Shift) -> None:
    """The lane accepted what was confirmed, in its order; the journal is its faithful copy."""
    lanes: dict[str, list[str]] = defaultdict(list)
    for status in await plant.desk.statuses(shift.orders):
        lanes[status.posting.order.order_no].append(status.posting.reference)
    for order in shift.orders:
        whole, freed = shift.confirmed[order], shift.accepted[order]
        assert numbers(lanes[order], "consumption") == list(range(1, whole + 1))
        assert numbers(lanes[order], "yield") == list(range(1, freed + 1))
        assert len(lanes[order]) == whole + freed
    verdict = check(lanes, booked(plant.place.journal))
    say(str(verdict))
    assert verdict.ok, verdict


async def the_warehouse_agrees(plant: Plant, shift: Shift) -> None:
    """Freed yield is free, the rest is with quality, and the steel that went in is gone."""
    made = await plant.balances(MADE, [f"L-{order}" for order in shift.orders])
    expected = {
        (f"L-{order}", status): GOOD * count
        for order in shift.orders
        for status, count in (
            ("unrestricted", shift.accepted[order]),
            ("quality", shift.confirmed[order] - shift.accepted[order]),
        )
        if count
    }
    assert made == expected
    left = OPENING - STEEL * shift.confirmed.total()
    assert await plant.balances(USED, [HEAT]) == {(HEAT, "unrestricted"): left}


async def nothing_is_left(books: Books, shift: Shift) -> None:
    """Only yields wait, as rows; nothing is parked, in doubt or unsent."""
    [(waiting,)] = await rows(books, "process", "SELECT sum(waiting) FROM output")
    assert waiting == GOOD * (shift.confirmed.total() - shift.accepted.total())
    [(doubts,)] = await rows(books, "erp", "SELECT count(*) FROM lane_exception")
    assert not doubts
    for service in SERVICES:
        assert await rows(books, service, "SELECT key, reason FROM parked_key") == []


def everybody_worked(done: WorkDone) -> None:
    """No replica only looked on."""
    duties = {
        "calls": ("reference", "erp", "mes", "wms", "quality"),
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
