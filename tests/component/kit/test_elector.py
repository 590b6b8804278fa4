"""One leader at a time, through pauses, cuts and silence; and a hand-over nobody waits for.

Every kind of lease passes the same: a row in PostgreSQL, and a Lease of Kubernetes.
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from services.kit.components import State
from services.kit.elector import Pace
from services.kit.errors import ConflictError
from services.kit.lease import LeaseRow
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.component.kit.elections import (
    JOB,
    PACE,
    Candidate,
    ClusterSite,
    DatabaseSite,
    Site,
    running,
    terms_of,
    until,
)
from tests.component.kit.line import Line
from tests.servers import PostgresServer
from tools.simulators.kubernetes.server import api_server

HERE = os.path.dirname(__file__)


def prepare(url: str) -> None:
    migrate("kit", url)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE journal (epoch bigint)")


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.dsn("elector", prepared_by=prepare)


@pytest.fixture(params=["database", "kubernetes"])
async def site(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Site]:
    """An election that nobody has won."""
    async with AsyncExitStack() as stack:
        made: Site
        if request.param == "database":
            made = DatabaseSite(request.getfixturevalue("url"))
        else:
            api = await stack.enter_async_context(api_server())
            await api.put("leases", "lyon", JOB, spec={"renewTime": "2026-01-01T00:00:00.000000Z"})
            made = ClusterSite(api, tmp_path)
        yield made
        await made.close()


async def stand(site: Site, name: str = "candidate", *, through: str = "") -> Candidate:
    return Candidate(await site.lease(through), name)


async def test_one_leads_and_a_clean_stop_hands_over_within_a_second(site: Site) -> None:
    first, second = await stand(site, "first"), await stand(site, "second")
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


async def test_a_cut_connection_costs_no_term(site: Site) -> None:
    async with Line(site.url) as line:
        leader = await stand(site, "leader", through=line.url)
        other = await stand(site, "other")
        async with running(leader):
            await until(lambda: leader.elector.leading)
            async with running(other):
                for _ in range(5):
                    line.cut()
                    await asyncio.sleep(PACE.renew * 2)
                assert leader.elector.leading
                assert leader.elector.epoch == 1
                assert not other.terms


async def test_a_leader_nobody_answers_steps_down_before_the_next_one_leads(site: Site) -> None:
    async with Line(site.url) as line:
        leader = await stand(site, "leader", through=line.url)
        other = await stand(site, "other")
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


async def test_never_two_leaders_through_cuts_and_silence(site: Site) -> None:
    chance = random.Random(7)
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Line(site.url)) for _ in range(3)]
        candidates = [
            await stand(site, f"c{place}", through=line.url) for place, line in enumerate(lines)
        ]
        for candidate in candidates:
            await stack.enter_async_context(running(candidate))
        began = time.monotonic()
        while time.monotonic() < began + 6 or len(terms_of(*candidates)) < 3:
            assert time.monotonic() < began + 90
            line = chance.choice(lines)
            chance.choice([line.cut, line.freeze, line.freeze, line.thaw])()
            await asyncio.sleep(chance.uniform(0.02, 0.3))
        for line in lines:
            line.thaw()
        await until(lambda: any(candidate.elector.leading for candidate in candidates))
    terms = terms_of(*candidates)
    assert [epoch for epoch, *_ in terms] == sorted({epoch for epoch, *_ in terms})
    for (_, _, ended), (_, began, _) in pairwise(terms):
        assert ended <= began


async def test_a_write_after_a_pause_is_refused_by_its_epoch(url: str) -> None:
    paused = await asyncio.create_subprocess_exec(
        sys.executable, f"{HERE}/elector_process.py", url, stdout=asyncio.subprocess.PIPE
    )
    assert paused.stdout
    try:
        assert await asyncio.wait_for(paused.stdout.readline(), 20) == b"leading 1\n"
        heir = await stand(DatabaseSite(url), "heir")
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
    store = Store(url)
    lease = LeaseRow(store, JOB)
    candidate = Candidate(lease)
    async with running(candidate):
        await until(lambda: candidate.elector.leading)
        async with store.work() as unit:
            lease.guard(unit, candidate.elector.epoch)
            await unit.sql("INSERT INTO journal VALUES (1)")
    await store.close()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT * FROM journal").fetchall() == [(1,)]


async def test_a_take_over_that_arrives_late_changes_nothing(site: Site) -> None:
    lease = await site.lease()
    epoch = await lease.take(await lease.read(), "first")
    assert epoch
    seen = await lease.read()
    assert await lease.renew(epoch)
    assert await lease.take(seen, "late") is None
    assert await lease.take(await lease.read(), "in time") == epoch + 1
    assert not await lease.renew(epoch)
    await lease.release(epoch)
    assert not (await lease.read()).free


async def test_a_term_is_above_what_others_have_seen(site: Site) -> None:
    lease = await site.lease()
    assert await lease.take(await lease.read(), "first", above=41) == 42
    assert await lease.take(await lease.read(), "second", above=7) == 43
    candidate = await stand(site)
    candidate.floor = 60
    async with running(candidate):
        await until(lambda: candidate.elector.epoch == 61)


async def test_work_that_fails_frees_the_lease_and_ends_the_elector(site: Site) -> None:
    candidate = await stand(site)
    async with running(candidate) as task:
        await until(lambda: candidate.elector.leading)
        candidate.broken.set_exception(RuntimeError("broken"))
        with pytest.raises(RuntimeError, match="broken"):
            await asyncio.wait_for(asyncio.shield(task), 30)
    assert (await (await site.lease()).read()).free


async def test_work_whose_epoch_was_refused_contends_again(site: Site) -> None:
    candidate = await stand(site)
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
