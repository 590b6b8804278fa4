"""Whether a collector is heard of, judged by a lease in PostgreSQL and a clock that we move."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from services.kit.clock import ManualClock
from services.kit.lease import LeaseRow
from services.kit.store import Store
from services.telemetry.adapters.forwarder import LEASE
from services.telemetry.adapters.heartbeat import LeaseHeartbeat
from tests.unit.telemetry.reports import NOON


@dataclass
class Site:
    """A collector's lease, and a replica that listens for it."""

    lease: LeaseRow
    heartbeat: LeaseHeartbeat
    clock: ManualClock

    async def heard(self, *, after: float = 0.0) -> bool:
        """Look after so many seconds."""
        self.clock.advance(timedelta(seconds=after))
        await self.heartbeat.look()
        return self.heartbeat.heard


@pytest.fixture
async def site(database: str) -> AsyncIterator[Site]:
    """Nobody collects yet."""
    store, clock = Store(database), ManualClock(NOON)
    collector, listener = LeaseRow(store, LEASE), LeaseRow(store, LEASE)
    yield Site(collector, LeaseHeartbeat(listener, clock), clock)
    await collector.drop()
    await listener.drop()
    await store.close()


async def lead(site: Site) -> int:
    epoch = await site.lease.take(await site.lease.read(), "collector-1")
    assert epoch is not None
    return epoch


async def test_nobody_is_heard_before_a_lease_moves(site: Site) -> None:
    assert not await site.heard()
    epoch = await lead(site)
    assert await site.heard()
    fresh = LeaseHeartbeat(site.lease, site.clock)
    await fresh.look()
    assert not fresh.heard, "a lease that was left behind by a death looks the same"
    await site.lease.renew(epoch)
    await fresh.look()
    assert fresh.heard


async def test_a_leader_that_stands_still_is_not_heard_any_more(site: Site) -> None:
    epoch = await lead(site)
    await site.heard()
    await site.lease.renew(epoch)
    assert await site.heard(after=1)
    assert await site.heard(after=5), "its successor may need that long"
    assert not await site.heard(after=5)
    await site.lease.renew(epoch)
    assert await site.heard()


async def test_a_leader_that_leaves_is_not_heard(site: Site) -> None:
    epoch = await lead(site)
    await site.heard()
    await site.lease.renew(epoch)
    assert await site.heard()
    await site.lease.release(epoch)
    assert not await site.heard()
