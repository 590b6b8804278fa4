"""A component is taken out of work and brought back; what is left is said."""

import asyncio

import pytest

from services.kit.errors import ConflictError, NotFoundError
from tests.component.tools.cluster.site import (
    NAMESPACE,
    flow,
    labels,
    metrics_of,
    obedient,
    put_workload,
)
from tests.waiting import until
from tools.plantctl.cluster.drain import BEFORE, bring_back, take_out
from tools.plantctl.cluster.namespace import Namespace
from tools.simulators.kubernetes.server import ApiServer
from tools.simulators.kubernetes.weather import Fault

ERP = "plantmesh-erp"


async def test_it_goes_and_comes_back_and_says_what_waits(
    api: ApiServer, namespace: Namespace
) -> None:
    await put_workload(api, "erp", 2, plural="statefulsets")
    waiting = [flow("lane", "ledger", 5, "ready"), flow("outbox", "plantmesh.erp", 0)]
    async with (
        metrics_of(api, f"{ERP}-0", f"{ERP}-1", flows=waiting),
        obedient(api, "statefulsets", ERP),
    ):
        drained = await take_out(namespace, "erp", 30)
        assert (drained.replicas, drained.pods) == (0, ())
        assert [(one.kind, one.depth) for one in drained.waiting] == [("lane", 5)]
        item = api.get("statefulsets", NAMESPACE, ERP)
        assert item["spec"]["replicas"] == 0
        assert item["metadata"]["annotations"][BEFORE] == "2"
        assert (await take_out(namespace, "erp", 30)).pods == ()
        back = await bring_back(namespace, "erp", 30)
        assert (back.replicas, back.pods) == (2, ())
    item = api.get("statefulsets", NAMESPACE, ERP)
    assert item["spec"]["replicas"] == 2
    assert BEFORE not in item["metadata"]["annotations"]


async def test_pods_that_do_not_end_are_named(api: ApiServer, namespace: Namespace) -> None:
    await put_workload(api, "gateway", 2)
    drained = await take_out(namespace, "gateway", 0.5)
    assert drained.pods == ("plantmesh-gateway-0", "plantmesh-gateway-1")
    back = await bring_back(namespace, "gateway", 5)
    assert (back.replicas, back.pods) == (2, ())


async def test_somebody_elses_change_is_read_before_ours(
    api: ApiServer, namespace: Namespace
) -> None:
    await put_workload(api, "gateway", 1)
    # Ours is under way when somebody scales to three.
    api.weather.bring(Fault("slow", method="PATCH", seconds=0.5, count=1))
    draining = asyncio.create_task(take_out(namespace, "gateway", 0.1))
    await until(lambda: asked_for(api, "PATCH"), 30)
    await api.put("deployments", NAMESPACE, "plantmesh-gateway", spec={"replicas": 3})
    await draining
    item = api.get("deployments", NAMESPACE, "plantmesh-gateway")
    assert item["metadata"]["annotations"][BEFORE] == "3"
    assert item["spec"]["replicas"] == 0


async def asked_for(api: ApiServer, what: str) -> bool:
    """Whether somebody did."""
    return any(what in asked for asked in api.asked)


async def test_an_object_that_never_rests_is_given_up(api: ApiServer, namespace: Namespace) -> None:
    await put_workload(api, "gateway", 1)
    api.weather.bring(Fault("status", method="PATCH", code=409, count=2))
    async with obedient(api, "deployments", "plantmesh-gateway"):
        assert (await take_out(namespace, "gateway", 30)).pods == ()
    assert api.weather.struck == 2
    api.weather.bring(Fault("status", method="PATCH", code=409))
    with pytest.raises(ConflictError, match="changes faster"):
        await bring_back(namespace, "gateway", 1)


@pytest.mark.parametrize("trouble", ["cut", "forgotten"])
async def test_a_watch_that_ends_early_is_begun_anew(
    api: ApiServer, namespace: Namespace, trouble: str
) -> None:
    await put_workload(api, "gateway", 1)
    # While it is on its way, what it asks for is forgotten.
    api.weather.bring(Fault("slow", path="watch=true", seconds=0.5, count=1))

    async def spoil() -> None:
        await until(lambda: asked_for(api, "watch=true"), 30)
        if trouble == "cut":
            await api.kill()
            await api.start()
        await api.put("pods", NAMESPACE, "another")
        api.objects.compact()
        await asyncio.sleep(1)
        await api.delete("pods", NAMESPACE, "plantmesh-gateway-0")

    spoiling = asyncio.create_task(spoil())
    drained = await take_out(namespace, "gateway", 30)
    await spoiling
    assert drained.pods == ()


async def test_a_watch_from_too_long_ago_lists_again(api: ApiServer, namespace: Namespace) -> None:
    await put_workload(api, "gateway", 1)
    stale = (await namespace.find("pods")).revision
    await put_workload(api, "mes", 1)
    api.objects.compact()
    with pytest.raises(ConflictError) as expired:
        await anext(namespace.watch("pods", "", stale))
    assert expired.value.code == "resource_expired"


async def test_what_cannot_be_drained_says_why(api: ApiServer, namespace: Namespace) -> None:
    await put_workload(api, "gateway", 1)
    with pytest.raises(NotFoundError) as missing:
        await take_out(namespace, "erp", 1)
    assert missing.value.hint == "there are: gateway"
    with pytest.raises(ConflictError, match="was not drained"):
        await bring_back(namespace, "gateway", 1)
    owner = {"kind": "ScaledObject", "name": "gateway-lag"}
    await api.put(
        "horizontalpodautoscalers",
        NAMESPACE,
        "keda-hpa-gateway",
        metadata={"labels": labels("gateway"), "ownerReferences": [owner]},
        spec={"scaleTargetRef": {"kind": "Deployment", "name": "plantmesh-gateway"}},
    )
    with pytest.raises(ConflictError) as scaled:
        await take_out(namespace, "gateway", 1)
    assert "scaledobject gateway-lag" in scaled.value.hint
    assert api.get("deployments", NAMESPACE, "plantmesh-gateway")["spec"]["replicas"] == 1
