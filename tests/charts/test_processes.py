"""Rung 4: the real services, told what the rendered manifests tell them, pass `helm test`."""

import datetime as dt
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.charts.pods import Network, Pod, Site, of_kind
from tests.servers import IssuerServer, PostgresServer, ValkeyServer, scratch_folder
from tests.zygote import Zygote
from tools.charts.render import CHARTS, Document, render
from tools.mesh.authority import Authority
from tools.mesh.ports import LOOPBACK
from tools.mesh.postgres import provide
from tools.mesh.wait import until

pytestmark = pytest.mark.xdist_group("manifests")
_PREFIX = "plantmesh-"
TLS = ("PLANTMESH_TLS_CERT", "PLANTMESH_TLS_KEY", "PLANTMESH_TLS_CA")
_OTHERS = ("services.kit.migrate", "tools.smoke.__main__", "tools.auditor.__main__")
SERVICES = ("reference", "erp", "mes", "wms", "quality", "telemetry", "process")


class Ended(NamedTuple):
    """How a pod ended that does one thing, and what it said."""

    returncode: int
    stdout: str


class Cluster:
    """Every workload of the hub's chart; `smoke` is what `helm test` runs."""

    def __init__(
        self, folder: Path, network: Network, documents: list[Document], kept: Mapping[str, str]
    ) -> None:
        self._kept = kept
        self._zygote = Zygote([*(f"services.{each}.__main__" for each in SERVICES), *_OTHERS])
        self._site = Site(network, self._secret, folder, self._zygote)
        self._test = next(
            each
            for each in of_kind(documents, "Pod")
            if each["metadata"]["annotations"]["helm.sh/hook"] == "test"
        )
        [self._job] = of_kind(documents, "Job")
        [self._auditor] = of_kind(documents, "CronJob")
        self.authority = Authority("cluster")
        self.secrets = folder / "secrets"
        for name, address in (
            *network.addresses.items(),
            ("plantmesh-smoke", LOOPBACK),
            ("plantmesh-auditor", LOOPBACK),
        ):
            self.authority.issue(self.secrets / f"{name}-tls", name, [address])
        self.pods = {name: self.pod(name) for name in network.workloads}

    def pod(self, name: str, **changes: str | None) -> Pod:
        """Of a workload, with changes to its environment."""
        return self._made(
            name, self._site.network.workloads[name]["spec"]["template"]["spec"], changes
        )

    def smoke(self, **changes: str | None) -> Ended:
        """Its exit code and what it says."""
        return self._done(self._made("smoke", self._test["spec"], changes))

    def auditor(self, **changes: str | None) -> Ended:
        """One Job of the CronJob."""
        spec = self._auditor["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        return self._done(self._made("auditor", spec, changes))

    def migrate(self) -> dict[str, Ended]:
        """What the Job's containers say, by their names."""
        containers = self._job["spec"]["template"]["spec"]["containers"]
        pods = {
            each["name"]: Pod(f"migrate-{each['name']}", each, self._site) for each in containers
        }
        return {name: self._done(pod) for name, pod in pods.items()}

    def _made(self, name: str, spec: Document, changes: Mapping[str, str | None]) -> Pod:
        [container] = spec["containers"]
        return Pod(name, container, self._site, self._site.files(spec), changes)

    def _done(self, pod: Pod) -> Ended:
        pod.child.start()
        until(lambda: not pod.child.alive(), f"the end of {pod.name}", seconds=120)
        return Ended(pod.child.exit_code or 0, pod.child.tail(200))

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
        self._zygote.close()

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
    changes = {
        "redis": {"password": True},
        "audit": {"sealed": True},
        "tls": {"enabled": True},
    }
    documents = render("plantmesh", [CHARTS / "examples" / "kind.yaml"], values=changes)
    with scratch_folder() as folder:
        cluster = Cluster(folder, Network(documents, outside), documents, kept)
        try:
            for name, ended in cluster.migrate().items():
                assert ended.returncode == 0, f"{name}: {ended.stdout}"
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
            for url in databases.values():
                postgres.drop(url)


def test_what_the_manifests_tell_is_enough_to_pass_helm_test(cluster: Cluster) -> None:
    done = cluster.smoke(PLANTMESH_PATIENCE_SECONDS="20")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("✓") == len(SERVICES) + 2


def test_the_auditor_verifies_every_service_and_may_do_nothing_else(cluster: Cluster) -> None:
    done = cluster.auditor(PLANTMESH_RUN="night-1")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count(": whole; ") == len(SERVICES)
    refused = cluster.auditor(PLANTMESH_RUN="night-1", PLANTMESH_WHOLE="true")
    assert refused.returncode == 2
    assert refused.stdout.count("(other_run)") == len(SERVICES)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("nobody", "if it wants TLS, set PLANTMESH_TLS_CERT"),
        ("stranger", "it may not believe who signed PLANTMESH_TLS_CERT"),
        ("late", "PLANTMESH_TLS_CERT ended at 2026-02-01T00:00:00+00:00: renew it"),
    ],
)
def test_who_shows_no_certificate_that_is_good_now_is_refused(
    cluster: Cluster, who: str, words: str
) -> None:
    own = cluster.secrets / "plantmesh-smoke-tls"
    shown: dict[str, str | None] = dict.fromkeys(TLS)
    if who != "nobody":
        authority = Authority("theirs") if who == "stranger" else cluster.authority
        end = dt.datetime(2026, 2 if who == "late" else 12, 1, tzinfo=dt.UTC)
        other = authority.issue(cluster.secrets / who, who, end=end)
        shown = dict(zip(TLS, map(str, (other.cert, other.key, own / "ca.crt")), strict=True))
    done = cluster.smoke(PLANTMESH_PATIENCE_SECONDS="0.1", **shown)
    assert done.returncode == 1
    assert done.stdout.count(words) == len(SERVICES), done.stdout
    assert "✓ graph" in done.stdout


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
