"""The elector on a real API server: one leader, a hand-over within a second, the epoch in order."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest

from services.kit.clock import SystemClock
from services.kit.cluster import Cluster, Request
from services.kit.elector import Pace
from services.kit.errors import NotFoundError
from services.kit.lease_object import LeaseObject
from tests.component.kit.elections import Candidate, running, terms_of, until

pytestmark = pytest.mark.cluster

PACE = Pace(renew=0.5, request=2.0, deadline=4.0, takeover=6.0)
Making = Callable[[], Awaitable[LeaseObject]]


@pytest.fixture
async def lease(kubeconfig: Path, place: str) -> AsyncIterator[Making]:
    """Clients of one Lease that is not there yet; it is deleted in the end."""
    name, made = f"e2e-{uuid4().hex[:8]}", []

    async def client() -> LeaseObject:
        cluster = await Cluster.of_file(kubeconfig)
        made.append(LeaseObject(cluster, place, name, SystemClock()))
        return made[-1]

    yield client
    for each in made:
        await each.drop()
    cluster = await Cluster.of_file(kubeconfig)
    path = f"/apis/coordination.k8s.io/v1/namespaces/{place}/leases/{name}"
    try:
        await cluster.ask(Request("DELETE", path))
    except NotFoundError:
        return
    finally:
        await cluster.close()


async def test_a_term_is_what_the_server_keeps(lease: Making) -> None:
    mine, other = await lease(), await lease()
    seen = await mine.read()
    assert not seen.free
    epoch = await mine.take(seen, "a")
    assert epoch == 1
    assert await other.take(seen, "b") is None
    assert await mine.renew(epoch)
    await mine.release(epoch)
    assert (await other.read()).free
    assert await other.take(await other.read(), "b") == 2
    assert not await mine.renew(epoch)


async def test_one_leads_at_a_time_and_hands_over_within_a_second(lease: Making) -> None:
    first, second = Candidate(await lease(), "a", PACE), Candidate(await lease(), "b", PACE)
    async with running(first):
        # A Lease that is not there may have been deleted under a leader: it is waited for.
        assert await until(lambda: first.elector.leading) >= PACE.takeover
        async with running(second):
            await asyncio.sleep(PACE.takeover)
            assert not second.elector.leading
            assert first.elector.epoch == 1
            stopped = time.monotonic()
            first.stop.set()
            await until(lambda: second.elector.leading)
            assert time.monotonic() - stopped < 1 + PACE.renew
            assert second.elector.epoch == 2
    terms = terms_of(first, second)
    assert [epoch for epoch, *_ in terms] == [1, 2]
    for (_, _, ended), (_, began, _) in pairwise(terms):
        assert ended <= began
