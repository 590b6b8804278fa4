"""One leader at a time, through pauses, cuts and silence; and a hand-over nobody waits for."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise

import psycopg
import pytest

from services.kit.components import Component, State, reporting
from services.kit.elector import Elector, Pace, Term
from services.kit.errors import ConflictError
from services.kit.lease import LeaseRow
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.component.kit.line import Line
from tests.servers import PostgresServer

PACE = Pace(renew=0.1, request=0.3, deadline=0.6, takeover=0.9)
HERE = os.path.dirname(__file__)


def prepare(url: str) -> None:
    migrate("kit", url)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE journal (epoch bigint)")


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.dsn("elector", prepared_by=prepare)


class Candidate:
    """An elector whose work does nothing but lead; remembers from when to when."""

    def __init__(self, url: str, name: str = "candidate") -> None:
        self.store = Store(url)
        self.lease = LeaseRow(self.store, "job")
        self.elector = Elector(self.lease, name, self._work, pace=PACE)
        self.component = Component(name)
        self.stop = asyncio.Event()
        self.terms: list[tuple[int, float, float]] = []
        self.broken: asyncio.Future[None] = asyncio.Future()

    async def _work(self, term: Term) -> None:
        began = time.monotonic()
        try:
            await asyncio.shield(self.broken)
        finally:
            self.terms.append((term.epoch, began, time.monotonic()))

    async def run(self) -> None:
        with reporting(self.component):
            await self.elector.run(self.stop)


@asynccontextmanager
async def running(candidate: Candidate) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(candidate.run())
    try:
        yield task
    finally:
        candidate.stop.set()
        await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 10)
        await candidate.store.close()


async def until(true: Callable[[], object], within: float = 30.0) -> float:
    """Seconds until `true` is true."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within, "it never came true"
        await asyncio.sleep(0.005)
    return time.monotonic() - began


async def test_one_leads_and_a_clean_stop_hands_over_within_a_second(url: str) -> None:
    first, second = Candidate(url, "first"), Candidate(url, "second")
    async with running(first):
        await until(lambda: first.elector.leading)
        async with running(second):
            await until(lambda: second.component.state is State.IDLE)
            await asyncio.sleep(PACE.takeover * 2)
            assert first.elector.leading
            assert not second.elector.leading
            first.stop.set()
            assert await until(lambda: second.elector.leading) < 1
            assert second.elector.epoch == 2
            assert not first.elector.leading
    assert first.terms[0][2] <= second.terms[0][1]


async def test_a_cut_connection_costs_no_term(url: str) -> None:
    async with Line(url) as line:
        leader, other = Candidate(line.url, "leader"), Candidate(url, "other")
        async with running(leader):
            await until(lambda: leader.elector.leading)
            async with running(other):
                for _ in range(5):
                    line.cut()
                    await asyncio.sleep(PACE.renew * 2)
                assert leader.elector.leading
                assert leader.elector.epoch == 1
                assert not other.terms


async def test_a_leader_nobody_answers_steps_down_before_the_next_one_leads(url: str) -> None:
    async with Line(url) as line:
        leader, other = Candidate(line.url, "leader"), Candidate(url, "other")
        async with running(leader):
            await until(lambda: leader.elector.leading)
            async with running(other):
                await until(lambda: other.component.state is State.IDLE)
                line.freeze()
                await until(lambda: leader.terms)
                assert not leader.elector.leading
                assert leader.component.state is State.DEGRADED
                await until(lambda: other.elector.leading)
                line.thaw()
                await until(lambda: leader.component.state is State.IDLE)
                assert other.elector.epoch == 2
    assert leader.terms[0][2] < other.terms[0][1]


async def test_never_two_leaders_through_cuts_and_silence(url: str) -> None:
    chance = random.Random(7)
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line(url)) for _ in range(3)]
        candidates = [Candidate(line.url, f"c{i}") for i, line in enumerate(lines)]
        for candidate in candidates:
            await stack.enter_async_context(running(candidate))
        until_then = time.monotonic() + 8
        while time.monotonic() < until_then:
            line = chance.choice(lines)
            chance.choice([line.cut, line.freeze, line.freeze, line.thaw])()
            await asyncio.sleep(chance.uniform(0.02, 0.3))
        for line in lines:
            line.thaw()
        await until(lambda: any(candidate.elector.leading for candidate in candidates))
    terms = sorted(
        (began, ended, epoch) for candidate in candidates for epoch, began, ended in candidate.terms
    )
    assert len(terms) >= 3
    assert [epoch for *_, epoch in terms] == sorted({epoch for *_, epoch in terms})
    for (_, ended, _), (began, _, _) in pairwise(terms):
        assert ended <= began


async def test_a_write_after_a_pause_is_refused_by_its_epoch(url: str) -> None:
    paused = await asyncio.create_subprocess_exec(
        sys.executable, f"{HERE}/elector_process.py", url, stdout=asyncio.subprocess.PIPE
    )
    assert paused.stdout
    try:
        assert await asyncio.wait_for(paused.stdout.readline(), 20) == b"leading 1\n"
        heir = Candidate(url, "heir")
        async with running(heir):
            await until(lambda: heir.elector.leading)
            os.kill(paused.pid, signal.SIGCONT)
            assert await asyncio.wait_for(paused.stdout.readline(), 20) == b"refused superseded\n"
            assert heir.elector.epoch == 2
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT * FROM journal").fetchall() == []
    finally:
        paused.kill()
        await paused.wait()


async def test_a_write_inside_the_term_is_kept(url: str) -> None:
    candidate = Candidate(url)
    async with running(candidate):
        await until(lambda: candidate.elector.leading)
        async with candidate.store.work() as unit:
            candidate.lease.guard(unit, candidate.elector.epoch)
            await unit.sql("INSERT INTO journal VALUES (1)")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT * FROM journal").fetchall() == [(1,)]


async def test_a_take_over_that_arrives_late_changes_nothing(url: str) -> None:
    lease = LeaseRow(Store(url), "job")
    epoch = await lease.take(await lease.read(), "first")
    assert epoch
    seen = await lease.read()
    assert await lease.renew(epoch)
    assert await lease.take(seen, "late") is None
    assert await lease.take(await lease.read(), "in time") == epoch + 1
    assert not await lease.renew(epoch)
    await lease.release(epoch)
    assert not (await lease.read()).free
    await lease.drop()


async def test_work_that_fails_frees_the_lease_and_ends_the_elector(url: str) -> None:
    candidate = Candidate(url)
    async with running(candidate) as task:
        await until(lambda: candidate.elector.leading)
        candidate.broken.set_exception(RuntimeError("broken"))
        with pytest.raises(RuntimeError, match="broken"):
            await asyncio.wait_for(asyncio.shield(task), 30)
    lease = LeaseRow(Store(url), "job")
    assert (await lease.read()).free
    await lease.drop()


async def test_work_whose_epoch_was_refused_contends_again(url: str) -> None:
    candidate = Candidate(url)
    async with running(candidate):
        await until(lambda: candidate.elector.leading)
        refused, candidate.broken = candidate.broken, asyncio.Future()
        refused.set_exception(ConflictError("over", code="superseded"))
        await until(lambda: candidate.elector.epoch == 2)


@pytest.mark.parametrize(
    "times", [{"deadline": 4.0}, {"renew": 3.0}, {"renew": 0.0}, {"takeover": 2.0}]
)
def test_a_pace_that_could_have_two_leaders_is_refused(times: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="renew < deadline < takeover"):
        Pace(**times)
