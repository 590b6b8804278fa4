"""Install, test, upgrade, a migration that fails, and back; what accounts may do in the cluster."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.charts.test_skaffold import dependencies
from tests.cluster.hands import Hands, RefusedError
from tools.charts import dev_secrets
from tools.charts.checks.manifests import Document, Manifests
from tools.charts.render import CHARTS
from tools.mesh.people import SERVICES

pytestmark = pytest.mark.cluster

RELEASE = "plantmesh"
HUB, EDGE = str(CHARTS / "plantmesh"), str(CHARTS / "plantmesh-edge")
KIND = ["--values", str(CHARTS / "examples" / "kind.yaml")]
WAITING = ["--wait", "--timeout", "10m"]


@pytest.fixture(scope="module")
def installed(
    helm: Hands, images: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hands]:
    """The hub of charts/examples/kind.yaml, well."""
    helm.apply(dev_secrets.documents(tmp_path_factory.mktemp("secrets")))
    helm.apply(located(dependencies(), images))
    for workload in (
        "statefulset/dev-postgresql",
        "deployment/dev-valkey",
        "deployment/dev-issuer",
    ):
        helm.kubectl("rollout", "status", workload, "--timeout=5m")
    helm.helm("install", RELEASE, HUB, *KIND, *images, *WAITING)
    yield helm
    helm.helm("uninstall", RELEASE, "--wait")


def located(documents: list[Document], images: list[str]) -> list[Document]:
    """The dependencies, with our own image where Helm is told that ours are."""
    registry = images[-1].partition("=")[2] if images else ""
    for container in Manifests(documents).containers:
        if registry and container.fields["image"].startswith("plantmesh-"):
            container.fields["image"] = f"{registry}/{container.fields['image']}"
    return documents


def shown(helm: Hands) -> Any:
    """Status and revision of the release."""
    return json.loads(helm.helm("status", RELEASE, "--output", "json").text)


def test_the_smoke_test_passes(installed: Hands) -> None:
    installed.helm("test", RELEASE, "--timeout", "5m")


def test_an_upgrade_rolls_what_changed_alone(installed: Hands, images: list[str]) -> None:
    names = [f"{RELEASE}-mes", f"{RELEASE}-wms"]
    before = [installed.get("deployment", name)["metadata"]["generation"] for name in names]
    change = ["--set", "components.mes.settings.logLevel=debug"]
    installed.helm("upgrade", RELEASE, HUB, *KIND, *images, *change, *WAITING)
    after = [installed.get("deployment", name)["metadata"]["generation"] for name in names]
    assert after == [before[0] + 1, before[1]]
    assert shown(installed)["info"]["status"] == "deployed"
    installed.helm("test", RELEASE, "--timeout", "5m")


def test_a_migration_that_fails_touches_nothing_and_is_undone(
    installed: Hands, images: list[str]
) -> None:
    good = shown(installed)["version"]
    before = installed.get("deployment", f"{RELEASE}-mes")["spec"]
    change = ["--set", "migrations.mode=hook", "--set", "migrations.retries=0"]
    change += ["--set", "components.mes.database.name=nowhere"]
    with pytest.raises(RefusedError):
        installed.helm("upgrade", RELEASE, HUB, *KIND, *images, *change, *WAITING)
    assert shown(installed)["info"]["status"] == "failed"
    assert installed.get("deployment", f"{RELEASE}-mes")["spec"] == before
    installed.helm("rollback", RELEASE, str(good), *WAITING)
    assert shown(installed)["info"]["status"] == "deployed"
    installed.helm("test", RELEASE, "--timeout", "5m")


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
def test_a_component_may_do_nothing_in_the_cluster(installed: Hands, name: str) -> None:
    account = f"{RELEASE}-{name}"
    for verb, what in (("get", "secrets"), ("list", "pods"), ("get", "leases"), ("create", "jobs")):
        assert not installed.may(account, verb, what)


def test_a_collector_may_renew_its_lease_alone(helm: Hands) -> None:
    values = ["--values", str(CHARTS / "examples" / "edge.yaml"), "--set", "collector.replicas=0"]
    helm.helm("install", "plantmesh-edge", EDGE, *values)
    try:
        account = "plantmesh-edge-collector"
        for verb in ("get", "patch"):
            assert helm.may(account, verb, "leases/lyon-collector")
            assert not helm.may(account, verb, "leases/another")
        for verb in ("create", "delete", "list"):
            assert not helm.may(account, verb, "leases")
        assert not helm.may(account, "get", "secrets")
    finally:
        helm.helm("uninstall", "plantmesh-edge")
