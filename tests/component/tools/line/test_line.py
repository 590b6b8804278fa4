"""The line counts piece by piece, ends an order when mes has it all, and goes on after a death."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from plantmesh.common.v1 import keys_pb2
from plantmesh.mes.v1 import work_orders_pb2 as pb

from services.kit.migrate import migrate
from services.kit.rpc.client import Identity
from tests.component.kit.rpc.desk import Given, mint
from tests.component.mes.floor import Calls, open_floor
from tests.component.mes.messages import confirm, create, kg, report, used
from tests.component.mes.messages import plan as order_plan
from tests.component.tools.line.hall import job, plan
from tests.servers import PostgresServer
from tools.simulators.line.line import Line
from tools.simulators.line.papers import Job, Made, Shown, State, Told, made, read_counts
from tools.simulators.line.tally import Tally
from tools.simulators.line.terminal import Terminal


def prepare(url: str) -> None:
    """The tables of mes."""
    migrate("mes", url)


LAST = job(2, last=True)


class DeathError(Exception):
    """The line's process, between its file and its panel."""


@dataclass
class Hall:
    """The line's surroundings; `me` is who reports. `alive` are the changes it lives to show."""

    address: str
    me: Identity
    office: Calls
    counts: Path
    alive: int = 1000
    seen: list[Shown] = field(default_factory=list)
    complete: asyncio.Event = field(default_factory=asyncio.Event)
    """The order's last piece is made."""

    async def work(self, *jobs: Job) -> None:
        """A fresh process's worth of it."""
        terminal = Terminal(self.address, "lyon", self.me)
        line = Line(Tally(self.counts), self.show, terminal, seconds=0, steps=4)
        try:
            await line.work(plan(*jobs))
        finally:
            await terminal.close()

    async def show(self, shown: Shown) -> None:
        """What a panel would."""
        if not self.alive:
            raise DeathError
        self.alive -= 1
        self.seen.append(shown)
        if (shown.state, shown.job) == (State.COMPLETE, LAST.id):
            self.complete.set()

    def told(self) -> list[tuple[str, int, bool]]:
        """The ends of orders."""
        papers = read_counts(self.counts)
        return [(p.order, p.number, p.replayed) for p in papers if isinstance(p, Told)]

    async def release(self, *numbers: str) -> None:
        """The office lets the floor begin."""
        await self.office.orders.CreateWorkOrders(create(*map(order_plan, numbers)))

    async def collect(self, id: str, good: int, scrap: int) -> None:
        """mes hears of it, as a collector would tell."""
        counted = report(id, scrap=[{"quantity": kg(str(scrap))}], consumed=[used()])
        await self.office.orders.ConfirmOperations(confirm(counted | {"yield": kg(str(good))}))

    async def order(self) -> pb.WorkOrder:
        """As mes has it."""
        key = keys_pb2.OrderKey(plant="lyon", order_no="4711")
        request = pb.BatchGetWorkOrdersRequest(keys=[key])
        answer: pb.BatchGetWorkOrdersResponse = await self.office.orders.BatchGetWorkOrders(request)
        return answer.orders[0]


@pytest.fixture
async def hall(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[Hall]:
    """A real mes without orders."""
    async with (
        open_floor(postgres.dsn("line", prepared_by=prepare)) as floor,
        floor.calling() as office,
    ):
        yield Hall(f"127.0.0.1:{floor.server.port}", Given(mint()), office, tmp_path / "counts")


async def test_an_order_is_started_counted_in_steps_and_ended_when_all_has_arrived(
    hall: Hall,
) -> None:
    working = asyncio.create_task(hall.work(job(1), LAST))
    await hall.release("4711")
    await hall.complete.wait()
    assert [one.good for one in made(read_counts(hall.counts))] == [3, 3, 3, 1] * 2
    assert (await hall.order()).lifecycle == pb.LIFECYCLE_RUNNING

    await hall.collect("c1", 20, 1)
    await asyncio.wait([working], timeout=1)
    assert hall.told() == []
    await hall.collect("c2", 0, 1)
    await working
    assert hall.told() == [("4711", 3, False)]
    found = await hall.order()
    assert found.lifecycle == pb.LIFECYCLE_COMPLETED
    assert (found.good.value, found.scrap.value) == ("20", "2")


async def test_nothing_is_counted_before_everybody_can_read_for_what(hall: Hall) -> None:
    await hall.release("4711")
    await hall.work(job(1))
    for before, after in zip(hall.seen, hall.seen[1:], strict=False):
        about = (before.order, before.lot, before.input_lot)
        assert about == (after.order, after.lot, after.input_lot) or (
            (before.good, before.scrap, before.used) == (after.good, after.scrap, after.used)
        )
    states = list(dict.fromkeys(one.state for one in hall.seen))
    assert states == [
        State.RESETTING,
        State.IDLE,
        State.STARTING,
        State.EXECUTE,
        State.COMPLETING,
        State.COMPLETE,
    ]
    last = hall.seen[-1]
    assert (last.order, last.good, last.scrap, last.used) == ("", 10, 1, Decimal("7.7"))


async def test_scrap_is_found_at_once_and_says_why(hall: Hall) -> None:
    await hall.release("4711")
    await hall.work(job(1), job(2))
    scrapped = [(one.job, one.reason) for one in made(read_counts(hall.counts)) if one.scrap]
    assert scrapped == [("4711-1", "burnt"), ("4711-2", "burnt")]


async def test_an_end_whose_answer_was_lost_is_told_twice_and_booked_once(hall: Hall) -> None:
    await hall.release("4711")
    working = asyncio.create_task(hall.work(replace(LAST, deaf=True)))
    await hall.complete.wait()
    await hall.collect("c1", 10, 1)
    await working
    assert hall.told() == [("4711", 2, True)]
    assert (await hall.order()).last_confirmation_no == 2


async def test_whenever_it_dies_it_goes_on_where_its_file_ends(hall: Hall, tmp_path: Path) -> None:
    await hall.release("4711")
    for alive in range(20):
        hall.counts, hall.alive = tmp_path / f"counts-{alive}", alive
        with pytest.raises(ExceptionGroup) as death:
            await hall.work(job(1), job(2))
        assert death.group_contains(DeathError)
        with hall.counts.open("ab") as file:
            file.write(b'{"paper":"shown","good":99')

        hall.alive = 1000
        await hall.work(job(1), job(2))
        two_jobs_are_made(list(made(read_counts(hall.counts))))
        assert hall.seen[-1] == Tally(hall.counts).shown[-1]


def two_jobs_are_made(counted: list[Made]) -> None:
    """No piece less, none twice, all for what they were made for."""
    for id in ("4711-1", "4711-2"):
        mine = [one for one in counted if one.job == id]
        assert [one.good for one in mine] == [3, 3, 3, 1]
        assert sum(one.scrap for one in mine) == 1
        assert sum(one.used for one in mine) == Decimal("7.7")
    assert {(one.order, one.lot, one.item, one.input_lot) for one in counted} == {
        ("4711", "L1", "FLOUR", "F1")
    }


async def test_an_end_that_a_death_left_untold_is_told_by_the_next(hall: Hall) -> None:
    await hall.release("4711")
    dying = asyncio.create_task(hall.work(LAST))
    await hall.complete.wait()
    dying.cancel()
    await asyncio.wait([dying])
    await hall.collect("c1", 10, 1)

    await hall.work(LAST)
    assert hall.told() == [("4711", 2, False)]
    await hall.work(LAST)
    assert hall.told() == [("4711", 2, False)]
