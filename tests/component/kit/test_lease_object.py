"""A Lease of Kubernetes on the API server's bad days, and when somebody takes it away."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from services.kit.clock import ManualClock
from services.kit.cluster import Cluster
from services.kit.components import State
from services.kit.errors import UnavailableError
from services.kit.lease_object import LeaseObject
from tests.component.kit.elections import (
    JOB,
    NAMESPACE,
    PACE,
    Candidate,
    ClusterSite,
    running,
    terms_of,
    until,
)
from tools.simulators.kubernetes.server import ApiServer, api_server
from tools.simulators.kubernetes.weather import Fault

RELEASED = {"renewTime": "2026-01-01T00:00:00.000000Z"}


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    async with api_server() as api:
        await api.put("leases", NAMESPACE, JOB, spec=RELEASED)
        yield api


@pytest.fixture
async def site(api: ApiServer, tmp_path: Path) -> AsyncIterator[ClusterSite]:
    site = ClusterSite(api, tmp_path)
    yield site
    await site.close()


async def test_it_shows_people_who_leads_since_when(api: ApiServer, site: ClusterSite) -> None:
    lease = await site.lease()
    epoch = await lease.take(await lease.read(), "collector-0")
    assert epoch == 1
    spec = api.get("leases", NAMESPACE, JOB)["spec"]
    assert (spec["holderIdentity"], spec["leaseTransitions"]) == ("collector-0", 1)
    assert spec["acquireTime"] == spec["renewTime"]
    assert await lease.renew(epoch)
    assert api.get("leases", NAMESPACE, JOB)["spec"]["renewTime"] > spec["renewTime"]
    await lease.release(epoch)
    released = api.get("leases", NAMESPACE, JOB)["spec"]
    assert (released["holderIdentity"], released["leaseTransitions"]) == ("", 1)


async def test_a_time_without_a_fraction_is_written_with_one(
    api: ApiServer, site: ClusterSite, tmp_path: Path
) -> None:
    """isoformat leaves out a fraction that is nothing, and the server refuses that."""
    cluster = await Cluster.of_file(api.kubeconfig(tmp_path / "kubeconfig"))
    lease = LeaseObject(cluster, NAMESPACE, JOB, ManualClock(datetime(2026, 5, 4, tzinfo=UTC)))
    assert await lease.take(await lease.read(), "collector-0") == 1
    assert api.get("leases", NAMESPACE, JOB)["spec"]["renewTime"] == "2026-05-04T00:00:00.000000Z"
    await lease.drop()


async def test_what_others_write_on_it_is_kept_and_costs_no_term(
    api: ApiServer, site: ClusterSite
) -> None:
    lease = await site.lease()
    epoch = await lease.take(await lease.read(), "collector-0")
    assert epoch
    await api.put("leases", NAMESPACE, JOB, metadata={"annotations": {"who": "helm"}})
    assert await lease.renew(epoch)
    assert api.get("leases", NAMESPACE, JOB)["metadata"]["annotations"] == {"who": "helm"}


@pytest.mark.parametrize("what", ["lost", "nonsense"])
async def test_a_renewal_whose_answer_is_lost_costs_no_term(
    api: ApiServer, site: ClusterSite, what: str
) -> None:
    lease = await site.lease()
    epoch = await lease.take(await lease.read(), "collector-0")
    assert epoch
    api.weather.bring(Fault(what, method="PATCH", count=1))  # type: ignore[arg-type]
    with pytest.raises(UnavailableError):
        await lease.renew(epoch)
    assert await lease.renew(epoch)


async def test_a_term_whose_begin_was_not_answered_is_nobodys(
    api: ApiServer, site: ClusterSite
) -> None:
    lease = await site.lease()
    api.weather.bring(Fault("lost", method="PATCH", count=1))
    with pytest.raises(UnavailableError):
        await lease.take(await lease.read(), "collector-0")
    assert not await lease.renew(1)
    seen = await lease.read()
    assert (seen.epoch, seen.free) == (1, False)
    assert await lease.take(seen, "collector-0") == 2


@pytest.mark.parametrize("code", [401, 403, 429, 500])
async def test_a_refusal_is_an_absence_with_its_reason(
    api: ApiServer, site: ClusterSite, code: int
) -> None:
    lease = await site.lease()
    api.weather.bring(Fault("status", code=code))
    with pytest.raises(UnavailableError, match=str(code)):
        await lease.read()


async def test_one_that_helm_has_just_made_is_not_free(api: ApiServer, site: ClusterSite) -> None:
    await api.delete("leases", NAMESPACE, JOB)
    await api.put("leases", NAMESPACE, JOB)
    lease = await site.lease()
    assert not (await lease.read()).free
    assert await lease.take(await lease.read(), "collector-0") == 1


async def test_of_two_that_make_it_anew_one_leads(api: ApiServer, site: ClusterSite) -> None:
    await api.delete("leases", NAMESPACE, JOB)
    first, second = await site.lease(), await site.lease()
    seen = await first.read()
    assert not seen.free
    assert await second.read() == seen
    assert await first.take(seen, "a", above=7) == 8
    assert await second.take(seen, "b", above=7) is None


async def test_a_lease_deleted_under_its_leader_never_makes_two(
    api: ApiServer, site: ClusterSite
) -> None:
    leader, other = Candidate(await site.lease(), "a"), Candidate(await site.lease(), "b")
    async with running(leader):
        await until(lambda: leader.elector.leading)
        leader.floor = other.floor = leader.elector.epoch
        async with running(other):
            await until(lambda: other.component.state is State.IDLE)
            # The leader hears nothing of it for as long as it may believe in its term.
            api.weather.bring(Fault("reset", method="PATCH"))
            await api.delete("leases", NAMESPACE, JOB)
            await until(lambda: leader.terms)
            api.weather.bring()
            await until(lambda: leader.elector.leading or other.elector.leading)
            assert max(leader.elector.epoch, other.elector.epoch) == 2
    terms = terms_of(leader, other)
    for (_, _, ended), (_, began, _) in pairwise(terms):
        assert ended <= began
    assert [epoch for epoch, *_ in terms] == [1, 2]


async def test_a_leader_steps_down_as_soon_as_it_sees_another_lease(
    api: ApiServer, site: ClusterSite
) -> None:
    lease = await site.lease()
    epoch = await lease.take(await lease.read(), "a")
    assert epoch
    await api.delete("leases", NAMESPACE, JOB)
    assert not await lease.renew(epoch)
    await api.put(
        "leases", NAMESPACE, JOB, spec={**RELEASED, "holderIdentity": "a", "leaseTransitions": 1}
    )
    assert not await lease.renew(epoch), "it names us and our epoch, and is not the one we took"


async def test_never_two_leaders_through_the_api_servers_bad_days(
    api: ApiServer, site: ClusterSite
) -> None:
    chance = random.Random(11)
    days = [
        (),
        (Fault("reset", chance=0.4),),
        (Fault("hang", chance=0.4),),
        (Fault("hang", method="PATCH"),),
        (Fault("slow", seconds=0.2, chance=0.7),),
        (Fault("status", code=409, method="PATCH", chance=0.6),),
        (Fault("status", code=500, chance=0.5),),
        (Fault("lost", method="PATCH", chance=0.6),),
    ]
    candidates = [Candidate(await site.lease(), name) for name in "abc"]
    async with AsyncExitStack() as stack:
        for candidate in candidates:
            await stack.enter_async_context(running(candidate))
        began = time.monotonic()

        def enough() -> bool:
            passed = time.monotonic() - began
            return passed > 6 and api.weather.struck > 20 and len(terms_of(*candidates)) >= 3

        while not enough():
            assert time.monotonic() - began < 90
            api.weather.bring(*chance.choice(days))
            if chance.random() < 0.15:
                await api.kill()
                await asyncio.sleep(chance.uniform(0, PACE.takeover))
                await api.start()
            await asyncio.sleep(chance.uniform(0.1, 0.8))
        api.weather.bring()
        await until(lambda: any(candidate.elector.leading for candidate in candidates))
    terms = terms_of(*candidates)
    assert [epoch for epoch, *_ in terms] == sorted({epoch for epoch, *_ in terms})
    for (_, _, ended), (_, began, _) in pairwise(terms):
        assert ended <= began
