"""What the templates decide: merging, names, life, scaling, migrations, network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.charts import strict
from tests.charts.examples import EDGE, HUB
from tools.charts.render import CHARTS, ChartError, Document, notes, render

EXAMPLES = CHARTS / "examples"
SERVICES = ("erp", "mes", "process", "quality", "reference", "telemetry", "wms")


def rendered(values: Mapping[str, Any], *files: Path) -> dict[str, Document]:
    """The hub's objects by "Kind/name"."""
    documents = render(HUB, files, values=values)
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in documents}


def container(objects: Mapping[str, Document], title: str) -> Document:
    """The first container of a workload."""
    first: Document = objects[title]["spec"]["template"]["spec"]["containers"][0]
    return first


def env(objects: Mapping[str, Document], title: str) -> dict[str, str]:
    """What that container is told in plain text."""
    told = container(objects, title)["env"]
    return {each["name"]: each["value"] for each in told if "value" in each}


def test_false_and_nought_in_a_component_win_over_its_defaults() -> None:
    values = {
        "defaults": {"replicas": 3, "unreadySeconds": 5},
        "components": {
            "mes": {"replicas": 0, "unreadySeconds": 0},
            "process": {"enabled": False},
            "gateway": {"enabled": False},
        },
    }
    objects = rendered(values)
    assert objects["Deployment/plantmesh-mes"]["spec"]["replicas"] == 0
    assert env(objects, "Deployment/plantmesh-mes")["PLANTMESH_UNREADY_SECONDS"] == "0"
    assert objects["Deployment/plantmesh-erp"]["spec"]["replicas"] == 3
    assert not any("process" in title for title in objects)


def test_whoever_calls_a_component_that_is_off_is_named() -> None:
    with pytest.raises(ChartError, match=r"components\.process calls wms: enable components\.wms"):
        rendered({"components": {"wms": {"enabled": False}}})


@pytest.mark.parametrize("chart", [HUB, EDGE])
def test_a_renamed_value_names_the_page_that_tells_of_it(chart: str) -> None:
    with pytest.raises(ChartError, match=r"replicaCount is called .*replicas now; see UPGRADING"):
        render(chart, values={"replicaCount": 2})
    told = (CHARTS / chart / "UPGRADING.md").read_text()
    for old in (CHARTS / chart / "files" / "renamed.yaml").read_text().splitlines()[1:]:
        assert f"`{old.split(':')[0]}`" in told


def test_a_workload_of_executors_keeps_its_names() -> None:
    objects = rendered({})
    process = objects["StatefulSet/plantmesh-process"]["spec"]
    assert objects["Service/plantmesh-process"]["spec"]["clusterIP"] == "None"
    assert process["serviceName"] == "plantmesh-process"
    [instance] = [
        each
        for each in container(objects, "StatefulSet/plantmesh-process")["env"]
        if each["name"] == "PLANTMESH_INSTANCE"
    ]
    assert instance["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"


@pytest.mark.parametrize(("unready", "drain", "grace"), [(5, 20, 30), (0.5, 2.5, 9)])
def test_a_pod_is_given_the_time_that_it_is_told_to_take(
    unready: float, drain: float, grace: int
) -> None:
    values = {"defaults": {"unreadySeconds": unready, "drainSeconds": drain}}
    for title, each in rendered(values).items():
        if title.startswith(("Deployment", "StatefulSet")):
            assert each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] == grace


def test_liveness_asks_the_health_port_for_liveness_alone() -> None:
    objects = rendered({})
    probes = container(objects, "Deployment/plantmesh-mes")
    assert probes["livenessProbe"]["grpc"] == {"port": 8081, "service": "liveness"}
    assert probes["readinessProbe"]["grpc"] == {"port": 8081, "service": "readiness"}
    probes = container(objects, "Deployment/plantmesh-gateway")
    assert probes["livenessProbe"]["httpGet"] == {"path": "/liveness", "port": "health"}


def test_a_scaled_component_leaves_its_number_of_pods_to_the_scaler() -> None:
    objects = rendered({}, CHARTS / HUB / "ci" / "scaled.yaml")
    assert "replicas" not in objects["Deployment/plantmesh-mes"]["spec"]
    assert "HorizontalPodAutoscaler/plantmesh-gateway" in objects
    assert "ScaledObject/plantmesh-gateway" not in objects
    scaled = objects["ScaledObject/plantmesh-process"]["spec"]
    assert scaled["scaleTargetRef"]["kind"] == "StatefulSet"
    assert 'job="plantmesh/process",kind="consumer"' in scaled["triggers"][0]["metadata"]["query"]


def test_fewer_at_most_than_at_least_is_refused() -> None:
    scaling = {"kind": "hpa", "min": 5, "max": 2}
    with pytest.raises(ChartError, match=r"components\.mes\.autoscaling: min 5 is above max 2"):
        rendered({"components": {"mes": {"autoscaling": scaling}}})


def test_migrations_as_a_hook_need_nothing_of_the_release() -> None:
    job = rendered({"migrations": {"mode": "hook"}})["Job/plantmesh-migrate"]
    annotations = job["metadata"]["annotations"]
    assert annotations["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert annotations["helm.sh/hook-delete-policy"] == "before-hook-creation"
    pod = job["spec"]["template"]["spec"]
    assert "serviceAccountName" not in pod
    assert tuple(each["name"] for each in pod["containers"]) == SERVICES


def test_a_job_of_the_release_has_another_name_when_it_runs_something_else() -> None:
    def name(**values: Any) -> str:
        mode = {"migrations": {"mode": "job"}}
        [job] = [each for each in render(HUB, values=mode | values) if each["kind"] == "Job"]
        assert "annotations" not in job["metadata"]
        return str(job["metadata"]["name"])

    same = name()
    assert name(defaults={"replicas": 5}) == same
    assert len({same, name(image={"tag": "2"}), name(security={"user": 20001})}) == 3
    assert not any(
        each["kind"] == "Job" for each in render(HUB, values={"migrations": {"mode": "off"}})
    )


def test_digests_stand_beside_tags() -> None:
    digest = f"sha256:{'a' * 64}"
    values = {
        "image": {"registry": "r.example:5000/team", "tag": "1.2", "digests": {"mes": digest}}
    }
    objects = rendered(values)
    image = container(objects, "Deployment/plantmesh-mes")["image"]
    assert image == f"r.example:5000/team/plantmesh-mes:1.2@{digest}"
    image = container(objects, "Deployment/plantmesh-erp")["image"]
    assert image == "r.example:5000/team/plantmesh-erp:1.2"


def test_no_secret_is_in_any_object() -> None:
    for title, each in rendered({}, EXAMPLES / "production.yaml").items():
        assert not title.startswith("Secret/")
        assert "PASSWORD=" not in str(each)


def test_a_name_that_yaml_would_read_as_something_else_stays_a_name() -> None:
    values = {
        "image": {"pullSecrets": ["no"]},
        "database": {"existingCaSecret": "on"},
        "defaults": {"existingSecret": "y", "priorityClassName": "1e3"},
    }
    documents = render(HUB, values=values, release="123", namespace="off")
    assert strict.problems(documents) == []


def test_settings_reach_the_process_as_its_settings_read_them() -> None:
    objects = rendered({}, CHARTS / HUB / "ci" / "scaled.yaml")
    told = env(objects, "StatefulSet/plantmesh-process")
    assert told["PLANTMESH_CLOSE_AFTER_SECONDS"] == "1000000"
    assert told["PLANTMESH_RECONCILE_AT"] == "03:30"
    assert told["PLANTMESH_TRACE_STATEMENTS"] == "1"
    objects = rendered({}, EXAMPLES / "production.yaml")
    told = env(objects, "Deployment/plantmesh-wms")
    assert told["PLANTMESH_SSCC_PREFIX"] == '{"lyon":"3345678"}'


def test_rules_and_dashboards_are_the_files_word_for_word() -> None:
    objects = rendered({}, EXAMPLES / "production.yaml")
    for file in (CHARTS / HUB / "dashboards").glob("*.json"):
        name = file.stem.removeprefix("plantmesh-")
        kept = objects[f"ConfigMap/plantmesh-dashboard-{name}"]["data"][file.name]
        assert kept.strip() == file.read_text().strip()
    for file in (CHARTS / HUB / "rules").glob("*.yaml"):
        assert objects[f"PrometheusRule/plantmesh-{file.stem}"]["spec"]["groups"]


def test_a_plants_sources_restart_its_collectors() -> None:
    def stamp(**values: Any) -> str:
        [pods] = [each for each in render(EDGE, values=values) if each["kind"] == "StatefulSet"]
        found = pods["spec"]["template"]["metadata"]["annotations"]["checksum/config"]
        return str(found)

    source = {
        "name": "press",
        "endpoint": "opc.tcp://10.0.0.1:4840",
        "equipment": [{"equipment": "lyon/press"}],
    }
    assert stamp(sources=[source]) != stamp(sources=[]) == stamp()


def test_notes_tell_how_to_test_the_release() -> None:
    assert "helm test plantmesh --namespace plantmesh" in notes(HUB)
    assert "get lease plant-collector" in notes(EDGE)
