"""What `plantctl status` says of a cluster is what there is, on good days and bad ones."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.kit.errors import DeniedError, UnavailableError
from tests.component.tools.cluster.site import (
    DIGEST,
    NAMESPACE,
    flow,
    metrics_of,
    put_job,
    put_lease,
    put_workload,
)
from tools.plantctl.cluster.namespace import Namespace
from tools.plantctl.cluster.report import away, read_report
from tools.simulators.kubernetes.server import ApiServer
from tools.simulators.kubernetes.weather import Fault

FLOWS = [
    flow("outbox", "plantmesh.mes", 12, oldest=3.5),
    flow("consumer", "mes counts < plantmesh.telemetry", 7, oldest=2.0),
    flow("lane", "ledger", 41, "refused", oldest=7200.0),
    flow("parked", "mes < plantmesh.erp", 3, "dead", oldest=90.0),
    flow("subscriber", "wms", 0),
]
MES = ("plantmesh-mes-0", "plantmesh-mes-1")


async def test_the_table_shows_all_of_it_and_json_the_same(
    api: ApiServer, kubeconfig: Path
) -> None:
    now = datetime.now(UTC)
    await put_workload(api, "mes")
    await put_workload(api, "gateway", 1)
    await put_job(api, "plantmesh-migrate-1", "Failed", "2026-01-01T00:00:00Z")
    await put_job(api, "plantmesh-migrate-2", "Complete", f"{now - timedelta(hours=2):%FT%TZ}")
    await put_lease(api, "lyon-collector", "lyon-collector-0", 7, now)
    async with metrics_of(api, *MES, flows=FLOWS, leads=("expiry",)):
        table = await plugin(kubeconfig, "status")
        document = await plugin(kubeconfig, "status", "--json")
    assert table[0] == 0, table[2]
    rows = [" ".join(line.split()) for line in table[1].splitlines()]
    assert rows[1:] == [
        f"gateway deployment plantmesh-gateway 1/1 ready gateway@{DIGEST[:19]}",
        f"mes deployment plantmesh-mes 2/2 ready mes@{DIGEST[:19]}",
        "migrate migration plantmesh-migrate-2 complete 2 h Completed",
        rows[4],
        "mes consumer mes counts < plantmesh.telemetry 7 2 s",
        "mes lane ledger refused 41 2 h",
        "mes outbox plantmesh.mes 12 3 s",
        "mes parked mes < plantmesh.erp dead 3 1 min",
        "parked: docs/runbooks/dead-letters.md",
        "consumer: docs/runbooks/events-late.md",
        "outbox: docs/runbooks/outbox-stuck.md",
        "lane: docs/runbooks/posting-refused.md",
    ]
    assert rows[4].startswith("lease lyon-collector held lyon-collector-0, epoch 7, renewed")
    told = json.loads(document[1])
    assert told["namespace"] == NAMESPACE
    assert [(one["name"], one["state"]) for one in told["jobs"]] == [
        ("plantmesh-migrate-2", "complete"),
        ("plantmesh-migrate-1", "failed"),
    ]
    assert {(one["name"], one["holder"], one["epoch"]) for one in told["leases"]} == {
        ("lyon-collector", "lyon-collector-0", 7),
        ("mes/expiry", "plantmesh-mes-0", None),
        ("mes/expiry", "plantmesh-mes-1", None),
    }
    assert {one["name"]: one["depth"] for one in told["flows"]} == {
        one["name"]: one["depth"] for one in FLOWS
    }
    assert told["silent"] == []


async def plugin(kubeconfig: Path, *words: str) -> tuple[int, str, str]:
    """`kubectl plantmesh` as kubectl runs it: exit code, output, errors."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tools.plantctl.cluster.plugin", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "KUBECONFIG": str(kubeconfig), "COLUMNS": "250"},
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_plantctl_status_is_one_command_with_two_sources(
    api: ApiServer, kubeconfig: Path
) -> None:
    await put_workload(api, "gateway", 1)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tools.plantctl", "status", "--kubeconfig", str(kubeconfig)),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert b"1/1 ready" in out


async def test_a_pod_that_does_not_tell_is_named_and_the_rest_is_shown(
    api: ApiServer, namespace: Namespace
) -> None:
    await put_workload(api, "mes")
    async with metrics_of(api, MES[0], flows=FLOWS):
        report = await read_report(namespace)
    assert [page.pod for page in report.silent] == [MES[1]]
    assert len(report.flows) == len(FLOWS)
    error = away(report)
    assert isinstance(error, UnavailableError)
    assert MES[1] in str(error)


async def test_what_is_not_well_says_why(api: ApiServer, namespace: Namespace) -> None:
    await put_workload(api, "gateway", 3)
    await api.put(
        "deployments",
        NAMESPACE,
        "plantmesh-gateway",
        status={"readyReplicas": 1, "updatedReplicas": 2},
    )
    crash = {
        "name": "gateway",
        "image": "gateway:1.0",
        "imageID": "",
        "restartCount": 4,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"reason": "OOMKilled"}},
    }
    pod = "plantmesh-gateway-1"
    await api.put("pods", NAMESPACE, pod, status={"containerStatuses": [crash]})
    await api.put(
        "pods",
        NAMESPACE,
        "plantmesh-gateway-2",
        status={
            "phase": "Pending",
            "containerStatuses": [],
            "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}],
        },
    )
    await put_lease(api, "old", "gone-0", 3, datetime.now(UTC) - timedelta(minutes=5))
    report = await read_report(namespace)
    [workload] = report.workloads
    assert (workload.state, workload.ready, workload.wanted) == ("rolling", 1, 3)
    assert workload.troubles == (
        f"{pod}: CrashLoopBackOff (4 restarts, OOMKilled)",
        "plantmesh-gateway-2: Unschedulable",
    )
    assert [(term.name, term.state) for term in report.terms] == [("old", "stale")]


async def test_long_lists_are_whole_though_the_server_forgets_where_they_were(
    api: ApiServer, namespace: Namespace
) -> None:
    for number in range(260):
        await put_job(api, f"job-{number:03}", "Complete", "2026-01-01T00:00:00Z")
    api.weather.bring(Fault("status", path="continue=", code=410, count=2))
    listing = await namespace.find("jobs")
    assert len({item["metadata"]["name"] for item in listing.items}) == 260
    assert api.weather.struck == 2
    api.weather.bring(Fault("status", path="continue=", code=410))
    with pytest.raises(UnavailableError, match="changes faster"):
        await namespace.find("jobs")


async def test_a_refusal_is_said_with_its_exit_code(api: ApiServer, kubeconfig: Path) -> None:
    api.weather.bring(Fault("status", code=403))
    ended = await plugin(kubeconfig, "status")
    assert ended[:2] == (1, "")
    assert "(403) (denied)" in ended[2]
    await api.kill()
    ended = await plugin(kubeconfig, "status")
    assert ended[:2] == (2, "")
    assert "does not answer" in ended[2]


async def test_a_right_that_is_missing_is_named(api: ApiServer, namespace: Namespace) -> None:
    api.forbidden.add("leases")
    with pytest.raises(DeniedError, match="leases is forbidden"):
        await read_report(namespace)
