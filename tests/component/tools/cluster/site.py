"""A namespace with Plantmesh in it, as a release of the chart leaves it, on a simulated server."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from services.kit.cluster import Json
from tools.simulators.kubernetes.server import ApiServer

NAMESPACE = "plantmesh"
DIGEST = "sha256:" + "4be1" * 16


def labels(component: str) -> dict[str, str]:
    """As the chart puts them."""
    return {
        "app.kubernetes.io/name": "plantmesh",
        "app.kubernetes.io/instance": "plantmesh",
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/part-of": "plantmesh",
    }


async def put_workload(
    api: ApiServer, component: str, replicas: int = 2, *, plural: str = "deployments", **spec: Any
) -> None:
    """A component whose pods all run."""
    name = f"plantmesh-{component}"
    container = {
        "name": component,
        "image": f"registry.example/plantmesh/{component}:1.0",
        "ports": [{"name": "grpc", "containerPort": 50051}],
        "env": spec.pop("env", []),
    }
    if component != "gateway":
        container["ports"].append({"name": "metrics", "containerPort": 9464})
    await api.put(
        plural,
        NAMESPACE,
        name,
        metadata={"labels": labels(component), "generation": 1, **spec.pop("metadata", {})},
        spec={
            "replicas": replicas,
            "selector": {"matchLabels": labels(component)},
            "template": {
                "metadata": {"labels": labels(component)},
                "spec": {"containers": [container]},
            },
        },
        status={
            "observedGeneration": 1,
            "replicas": replicas,
            "readyReplicas": replicas,
            "updatedReplicas": replicas,
        },
    )
    for number in range(replicas):
        await put_pod(api, component, f"{name}-{number}", container)


async def put_pod(api: ApiServer, component: str, name: str, container: Json) -> None:
    """One that is ready."""
    image = container["image"]
    status = {
        "name": container["name"],
        "image": image,
        "imageID": f"{image.partition(':')[0]}@{DIGEST}",
        "restartCount": 0,
        "state": {"running": {}},
    }
    await api.put(
        "pods",
        NAMESPACE,
        name,
        metadata={"labels": labels(component)},
        spec={"containers": [container]},
        status={
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [status],
        },
    )


async def put_job(api: ApiServer, name: str, type: str, at: str) -> None:
    """A migration that ended that way then."""
    condition = {"type": type, "status": "True", "lastTransitionTime": at, "reason": f"{type}d"}
    await api.put(
        "jobs",
        NAMESPACE,
        name,
        metadata={"labels": labels("migrate")},
        spec={"template": {"spec": {"containers": []}}},
        status={"conditions": [condition]},
    )


async def put_lease(api: ApiServer, name: str, holder: str, epoch: int, at: datetime) -> None:
    """One that was renewed then."""
    renewed = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    spec = {
        "holderIdentity": holder,
        "leaseTransitions": epoch,
        "leaseDurationSeconds": 60,
        "renewTime": renewed,
    }
    await api.put("leases", NAMESPACE, name, metadata={"labels": labels("collector")}, spec=spec)


def flow(kind: str, name: str, depth: int, state: str = "", oldest: float = 0.0) -> Json:
    """As a service counts it."""
    return {"kind": kind, "name": name, "state": state, "depth": depth, "oldest": oldest}


@asynccontextmanager
async def metrics_of(
    api: ApiServer, *pods: str, flows: list[Json], leads: tuple[str, ...] = ()
) -> AsyncIterator[None]:
    """These pods answer with such a page."""
    given = json.dumps({"flows": flows, "leads": leads})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.component.tools.cluster.exposition", given),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdin
    try:
        port = int(await asyncio.wait_for(process.stdout.readline(), 60))
        for pod in pods:
            api.proxied[f"{pod}:9464"] = f"http://127.0.0.1:{port}"
        yield
    finally:
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def obedient(api: ApiServer, plural: str, name: str) -> AsyncIterator[None]:
    """A controller and a kubelet: pods come and go as the workload says, each in its time."""

    async def obey() -> None:
        while True:
            item = api.get(plural, NAMESPACE, name)
            wanted = item["spec"]["replicas"]
            container = item["spec"]["template"]["spec"]["containers"][0]
            component = container["name"]
            for number in range(4):
                pod = f"{name}-{number}"
                with suppress(Exception):
                    if number >= wanted:
                        await api.delete("pods", NAMESPACE, pod)
                    else:
                        await put_pod(api, component, pod, container)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(obey())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
