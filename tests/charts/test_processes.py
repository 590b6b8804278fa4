"""Rung 4: the real services, told what the rendered manifests tell them, pass `helm test`."""

import re
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from secrets import token_bytes, token_hex
from urllib.parse import urlsplit

import pytest

from services.kit.migrate import migrate
from tests.charts.pods import Network, Pod, of_kind
from tests.servers import IssuerServer, PostgresServer, ValkeyServer, scratch_folder
from tools.charts.render import CHARTS, Document, render
from tools.mesh.postgres import provide
from tools.mesh.program import HERE
from tools.mesh.wait import until

pytestmark = pytest.mark.xdist_group("manifests")
_PREFIX = "plantmesh-"
SERVICES = ("reference", "erp", "mes", "wms", "quality", "telemetry", "process")


class Cluster:
    """Every workload of the hub's chart; `smoke` is what `helm test` runs."""

    def __init__(
        self, folder: Path, network: Network, documents: list[Document], kept: Mapping[str, str]
    ) -> None:
        self._folder = folder
        self._network = network
        self._kept = kept
        self._test = next(
            each
            for each in of_kind(documents, "Pod")
            if each["metadata"]["annotations"]["helm.sh/hook"] == "test"
        )
        [self._auditor] = of_kind(documents, "CronJob")
        self.pods = {name: self.pod(name) for name in network.workloads}

    def pod(self, name: str, **changes: str | None) -> Pod:
        """Of a workload, with changes to its environment."""
        spec = self._network.workloads[name]["spec"]["template"]["spec"]
        [container] = spec["containers"]
        return Pod(name, container, self._network, self._secret, self._folder, changes)

    def smoke(self, **changes: str | None) -> subprocess.CompletedProcess[str]:
        """Its exit code and what it says."""
        return self._run("smoke", self._test["spec"], changes)

    def _run(
        self, name: str, spec: Document, changes: Mapping[str, str | None]
    ) -> subprocess.CompletedProcess[str]:
        [container] = spec["containers"]
        pod = Pod(name, container, self._network, self._secret, self._folder, changes)
        return subprocess.run(
            pod.child.argv, env=pod.child.env, capture_output=True, text=True, check=False, cwd=HERE
        )

    def auditor(self, **changes: str | None) -> subprocess.CompletedProcess[str]:
        """One Job of the CronJob."""
        spec = self._auditor["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        return self._run("auditor", spec, changes)

    def start(self) -> None:
        """All at once, until every probe is content."""
        for pod in self.pods.values():
            pod.child.start()
        for pod in self.pods.values():
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                what = f"{pod.name}: {probe}"
                until(partial(pod.well, probe), what, seconds=pod.patience)

    def stop(self) -> None:
        """At once."""
        for pod in self.pods.values():
            pod.child.kill()

    def _secret(self, name: str, key: str) -> str | None:
        return self._kept.get(f"{name.removeprefix(_PREFIX)}/{key}")


@pytest.fixture(scope="module")
def cluster(
    postgres: PostgresServer, valkey: ValkeyServer, issuer: IssuerServer
) -> Iterator[Cluster]:
    redis = urlsplit(valkey.url)
    outside = {
        "postgresql:5432": urlsplit(postgres.url).netloc.rpartition("@")[2],
        "valkey:6379": redis.netloc.rpartition("@")[2],
        "issuer:8080": urlsplit(issuer.url).netloc,
    }
    kept = {
        f"{each}/client-secret": issuer.client_secret(each)
        for each in (*SERVICES, "smoke", "auditor")
    }
    databases = {}
    for service in SERVICES:
        kept[f"{service}/audit-key"] = urlsafe_b64encode(token_bytes(32)).decode()
        kept[f"{service}/redis-password"] = redis.password or ""
        kept[f"{service}/database-password"] = password = token_hex(16)
        databases[service] = provide(postgres.url, service, password)
        migrate(service, databases[service])
    changes = {"redis": {"password": True}, "audit": {"sealed": True}}
    documents = render("plantmesh", [CHARTS / "examples" / "kind.yaml"], values=changes)
    with scratch_folder() as folder:
        cluster = Cluster(folder, Network(documents, outside), documents, kept)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
            for url in databases.values():
                postgres.drop(url)


def test_what_the_manifests_tell_is_enough_to_pass_helm_test(cluster: Cluster) -> None:
    done = cluster.smoke(PLANTMESH_PATIENCE_SECONDS="20")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("✓") == len(SERVICES) + 2


def test_the_auditor_verifies_every_service_and_may_do_nothing_else(cluster: Cluster) -> None:
    done = cluster.auditor(PLANTMESH_RUN="night-1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": whole; ") == len(SERVICES)
    refused = cluster.auditor(PLANTMESH_RUN="night-1", PLANTMESH_WHOLE="true")
    assert refused.returncode == 2
    assert refused.stdout.count("(other_run)") == len(SERVICES)


def test_a_subgraph_that_the_gateway_is_not_told_of_is_named(cluster: Cluster) -> None:
    told = cluster.pods["plantmesh-gateway"].environment()["PLANTMESH_SUBGRAPHS"]
    less = ",".join(one for one in told.split(",") if not one.startswith("mes="))
    cluster.pods["plantmesh-gateway"].child.kill()
    gateway = cluster.pod("plantmesh-gateway", PLANTMESH_SUBGRAPHS=less)
    gateway.child.start()
    try:
        until(lambda: gateway.well("readinessProbe"), "the gateway")
        done = cluster.smoke(PLANTMESH_PATIENCE_SECONDS="0.1")
    finally:
        gateway.child.kill()
    assert done.returncode == 1
    assert "✗ graph: mes: SUBGRAPH_UNAVAILABLE" in done.stdout


@pytest.mark.parametrize(
    ("workload", "variable"),
    [("plantmesh-mes", "PLANTMESH_REFERENCE_ADDRESS"), ("plantmesh-gateway", "PLANTMESH_ISSUER")],
)
def test_without_a_variable_that_it_needs_a_process_says_so_and_ends(
    cluster: Cluster, workload: str, variable: str
) -> None:
    cluster.pods[workload].child.kill()
    pod = cluster.pod(workload, **{variable: None})
    pod.child.start()
    until(lambda: not pod.child.alive(), f"the end of {workload}")
    assert pod.child.exit_code
    assert variable.removeprefix("PLANTMESH_").lower() in pod.child.tail(60).lower()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("plantmesh-nobody.plantmesh.svc.cluster.local:50051", "no Service plantmesh-nobody"),
        ("plantmesh-erp.plantmesh.svc.cluster.local:50052", "no port 50052"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(address: str, why: str) -> None:
    network = Network(render("plantmesh", [CHARTS / "examples" / "kind.yaml"]), {})
    right = "plantmesh-erp.plantmesh.svc.cluster.local:50051"
    assert re.fullmatch(r"127[.\d]+:50051", network.substituted(right))
    with pytest.raises(AssertionError, match=why):
        network.substituted(address)
