"""The line writes before it tells, repeats what was not answered, and goes on after a death."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from plantmesh.common.v1 import keys_pb2
from plantmesh.mes.v1 import work_orders_pb2 as pb

from services.kit.migrate import migrate
from services.kit.rpc.client import Identity
from tests.component.kit.rpc.desk import Given, mint
from tests.component.mes.floor import Calls, open_floor
from tests.component.mes.messages import create, plan
from tests.servers import PostgresServer
from tools.simulators.line.line import Line
from tools.simulators.line.papers import Input, Job, Made, Told, read_counts
from tools.simulators.line.terminal import Terminal


def prepare(url: str) -> None:
    """The tables of mes."""
    migrate("mes", url)


@dataclass
class Hall:
    """The line's surroundings; `me` is who reports."""

    address: str
    me: Identity
    office: Calls
    counts: Path

    async def work(self, *jobs: Job) -> None:
        """A fresh process's worth of it."""
        terminal = Terminal(self.address, "lyon", self.me)
        try:
            await Line(self.counts, terminal, seconds=0).work(jobs)
        finally:
            await terminal.close()

    def told(self) -> list[tuple[str, int, bool]]:
        papers = read_counts(self.counts)
        return [(p.id, p.number, p.replayed) for p in papers if isinstance(p, Told)]

    async def release(self, *numbers: str) -> None:
        await self.office.orders.CreateWorkOrders(create(*map(plan, numbers)))

    async def order(self) -> pb.WorkOrder:
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


def job(number: int, *, deaf: bool = False, last: bool = False) -> Job:
    """10 kg of bread into a lot."""
    flour = Input("FLOUR", "F1", Decimal("6.5"), "KGM")
    return Job(
        id=f"4711-{number}",
        order="4711",
        lot="L1",
        good=Decimal(10),
        scrap=Decimal("0.5"),
        unit="KGM",
        reason="burnt",
        inputs=(flour,),
        last=last,
        deaf=deaf,
    )


async def test_the_line_waits_for_its_order_and_reports_to_the_end(hall: Hall) -> None:
    working = asyncio.create_task(hall.work(job(1), job(2, last=True)))
    await hall.release("4711")
    await working
    assert hall.told() == [("4711-1", 1, False), ("4711-2", 2, False)]
    found = await hall.order()
    assert found.lifecycle == pb.LIFECYCLE_COMPLETED
    assert (found.good.value, found.scrap.value) == ("20", "1")


async def test_a_report_whose_answer_was_lost_is_sent_twice_and_booked_once(hall: Hall) -> None:
    await hall.release("4711")
    await hall.work(job(1, deaf=True))
    assert hall.told() == [("4711-1", 1, True)]
    assert (await hall.order()).good.value == "10"


async def test_what_a_death_left_untold_is_told_first(hall: Hall) -> None:
    await hall.release("4711")
    await hall.work(job(1))
    made, told = hall.counts.read_text().splitlines()
    hall.counts.write_text(f"{made}\n{told[:20]}")

    await hall.work(job(1), job(2))
    assert hall.told() == [("4711-1", 1, True), ("4711-2", 2, False)]
    assert [p.job.id for p in read_counts(hall.counts) if isinstance(p, Made)] == [
        "4711-1",
        "4711-2",
    ]
    assert (await hall.order()).good.value == "20"
