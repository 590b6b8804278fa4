"""The pace of a system: its budget, its breaker, and what all replicas learn from a 429."""

from collections.abc import AsyncIterator

import pytest

from services.kit.lanes.pacing import FIRST_PAUSE, Allowance, Experience, Pace
from services.kit.lanes.queue import Connection
from services.kit.lanes.systems import System, put_system
from services.kit.store import Store
from tests.component.kit.lanes.conftest import ask

SLOW = System("slow", "memory", ("oslo",), budget=100)
FINE = Experience(answered=True)


@pytest.fixture
async def connection(store: Store) -> AsyncIterator[Connection]:
    async with store.work() as work:
        await put_system(work, SLOW)
    connection = await store.raw()
    async with connection:
        yield connection


async def pass_time(connection: Connection, seconds: float) -> None:
    """Let the database's clock go on, as seen by the pace."""
    await connection.execute(
        "UPDATE lane_pace SET filled_at = filled_at - d, settled_at = settled_at - d,"
        " paused_until = paused_until - d, probe_until = probe_until - d, taught_at = taught_at - d"
        " FROM (SELECT %s * interval '1 second' AS d) AS t",
        (seconds,),
    )


async def rate(store: Store) -> tuple[float, float]:
    [(rate, ceiling)] = await ask(
        store, "SELECT rate, ceiling FROM lane_pace WHERE system = 'slow'"
    )
    return float(rate), float(ceiling)


async def failed(connection: Connection, pace: Pace, **met: object) -> None:
    await pace.settle(connection, Allowance(1), Experience(failure="503", **met))  # type: ignore[arg-type]


async def test_budget_is_shared_and_refills(connection: Connection) -> None:
    one, other = Pace("slow"), Pace("slow")
    await pass_time(connection, 10)
    assert (await one.take(connection, 6)).requests == 6
    assert (await other.take(connection, 20)).requests <= 5
    assert (await one.take(connection, 20)).requests <= 1
    await pass_time(connection, 0.05)
    assert 4 <= (await one.take(connection, 20)).requests <= 7


async def test_unused_requests_are_given_back(connection: Connection) -> None:
    pace = Pace("slow")
    await pass_time(connection, 10)
    allowance = await pace.take(connection, 10)
    await pace.settle(connection, allowance, Experience(unused=8, answered=True))
    assert (await pace.take(connection, 20)).requests >= 8


async def test_too_fast_slows_everybody_once_a_second(store: Store, connection: Connection) -> None:
    pace = Pace("slow")
    await failed(connection, pace, throttled=True)
    await failed(connection, pace, throttled=True)
    assert await rate(store) == (50, 80)


async def test_rate_climbs_to_what_was_borne_and_stays(
    store: Store, connection: Connection
) -> None:
    pace = Pace("slow")
    await failed(connection, pace, throttled=True)
    await pass_time(connection, 2)
    await pace.settle(connection, Allowance(1, healthy=False), FINE)
    climbing, _ = await rate(store)
    assert 57 <= climbing <= 60
    for _ in range(20):
        await pass_time(connection, 5)
        await pace.settle(connection, Allowance(1, healthy=False), FINE)
    assert await rate(store) == (80, 80)


async def test_an_hour_later_it_may_try_a_little_more(store: Store, connection: Connection) -> None:
    pace = Pace("slow")
    await failed(connection, pace, throttled=True)
    await pass_time(connection, 3601)
    await pace.settle(connection, Allowance(1, healthy=False), FINE)
    assert await rate(store) == (88, 88)


async def test_retry_after_is_honoured(connection: Connection) -> None:
    pace = Pace("slow")
    await pass_time(connection, 10)
    await failed(connection, pace, throttled=True, retry_after=7.0)
    await pass_time(connection, 6.5)
    assert (await pace.take(connection, 5)).requests == 0
    await pass_time(connection, 1)
    assert (await pace.take(connection, 5)).requests == 5


async def test_open_breaker_lets_one_probe_out_at_a_time(connection: Connection) -> None:
    pace = Pace("slow")
    await failed(connection, pace)
    assert (await pace.take(connection, 5)).requests == 0
    await pass_time(connection, FIRST_PAUSE)
    probe = await pace.take(connection, 5)
    assert (probe.requests, probe.probe) == (1, True)
    await pass_time(connection, 10)
    assert (await pace.take(connection, 5)).requests == 0
    await pace.settle(connection, probe, FINE)
    assert (await pace.take(connection, 5)).requests == 5


async def test_each_failed_probe_doubles_the_pause(connection: Connection) -> None:
    pace = Pace("slow", longest_pause=1.0)
    for pause in (0.25, 0.5, 1.0, 1.0):
        await failed(connection, pace)
        await pass_time(connection, pause - 0.15)
        assert (await pace.take(connection, 5)).requests == 0
        await pass_time(connection, 0.15)
        probe = await pace.take(connection, 5)
        assert probe.requests == 1
        await pace.settle(connection, probe, Experience(unused=1))


async def test_probe_of_a_dead_worker_is_forgotten(connection: Connection) -> None:
    pace = Pace("slow")
    await failed(connection, pace)
    await pass_time(connection, 1)
    assert (await pace.take(connection, 5)).requests == 1
    await pass_time(connection, 61)
    assert (await pace.take(connection, 5)).requests == 1


async def test_unknown_system_gets_nothing(connection: Connection) -> None:
    assert (await Pace("nobody").take(connection, 5)).requests == 0
