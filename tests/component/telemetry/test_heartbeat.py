"""Whether a plant's collector is heard of, judged by its term in PostgreSQL and a clock we move."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from services.kit.clock import ManualClock
from services.kit.store import Store
from services.telemetry.adapters.heartbeat import TermHeartbeat
from services.telemetry.store.terms import SqlTerms
from tests.unit.telemetry.reports import NOON


@dataclass
class Site:
    """The terms of collectors, and a replica that listens for them."""

    store: Store
    heartbeat: TermHeartbeat
    clock: ManualClock

    async def heard(self, plant: str = "lyon", *, after: float = 0.0) -> bool:
        """Look after so many seconds."""
        self.clock.advance(timedelta(seconds=after))
        await self.heartbeat.look()
        return self.heartbeat.heard(plant)

    async def begin(self, epoch: int, *plants: str) -> None:
        """A term."""
        async with self.store.work():
            await SqlTerms().begin(epoch, plants or ("lyon",))

    async def beat(self, epoch: int) -> None:
        """Of Lyon's."""
        async with self.store.work():
            await SqlTerms().beat(epoch, ("lyon",))


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    """Nobody collects yet."""
    store, clock = Store(database), ManualClock(NOON)
    yield Site(store, TermHeartbeat(store, SqlTerms(), clock), clock)
    await store.close()


async def test_nobody_is_heard_before_a_term_beats(site: Site) -> None:
    assert not await site.heard()
    await site.begin(1)
    assert await site.heard()
    fresh = TermHeartbeat(site.store, SqlTerms(), site.clock)
    await fresh.look()
    assert not fresh.heard("lyon"), "a term that was left behind by a death looks the same"
    await site.beat(1)
    await fresh.look()
    assert fresh.heard("lyon")


async def test_a_leader_that_stands_still_is_not_heard_any_more(site: Site) -> None:
    await site.begin(1)
    await site.heard()
    await site.beat(1)
    assert await site.heard(after=1)
    assert await site.heard(after=5), "its successor may need that long"
    assert not await site.heard(after=5)
    assert list(site.heartbeat.readings()) == [(0.0, {"plant": "lyon"})]
    await site.begin(2)
    assert await site.heard()
    assert list(site.heartbeat.readings()) == [(1.0, {"plant": "lyon"})]


async def test_one_plants_collector_says_nothing_of_another_plant(site: Site) -> None:
    await site.heard()
    await site.begin(1, "lyon", "nice")
    assert await site.heard("nice")
    await site.beat(1)
    assert not await site.heard("nice", after=9)
    assert await site.heard("lyon")
