"""What strict schemas pass and an API server refuses: each planted into a sound release."""

import io
from typing import Any

import pytest
import yaml

from tests.charts.planting import EXISTING, Release
from tools.charts.checks.__main__ import main

MES, POD = "Deployment/mes", "spec.template.spec"
BOX = f"{POD}.containers.0"

# The eleven of shared/kubernetes.md, and their cousins.
REFUSED: list[tuple[str, str, Any, str]] = [
    (MES, f"{BOX}.ports.0.containerPort", 70000, "70000 is out of range"),
    (MES, f"{BOX}.readinessProbe.grpc.port", 0, "0 is out of range"),
    ("Service/reference", "spec.ports.0.port", 65536, "65536 is out of range"),
    (MES, "spec.selector.matchLabels.component", "erp", "does not match the labels"),
    (MES, "spec.strategy.type", "Recreate", "may not be given when the type is Recreate"),
    (MES, "spec.strategy.type", "Rolling", "'Rolling' is no strategy"),
    (MES, "spec.strategy.rollingUpdate.maxSurge", "0%", "no pod could ever be replaced"),
    (MES, f"{BOX}.resources.requests.memory", "1Gi", "1Gi is above the limit 256Mi"),
    (MES, f"{BOX}.resources.limits.cpu", "99m", "100m is above the limit 99m"),
    (MES, f"{BOX}.resources.limits.memory", "256MB", "'256MB' is no quantity"),
    (MES, f"{BOX}.volumeMounts.0.name", "temp", "there is no volume 'temp'"),
    (MES, f"{BOX}.volumeMounts.1", {"name": "tmp", "mountPath": "/tmp"}, "more than once"),
    ("HorizontalPodAutoscaler/mes", "spec.minReplicas", 5, "5 is above maxReplicas 4"),
    ("PodDisruptionBudget/reference", "spec.minAvailable", 1, "are both set"),
    ("NetworkPolicy/mes", "spec.egress.1.ports.0.port", 0, "0 is out of range"),
    ("NetworkPolicy/mes", "spec.egress.1.ports.0.endPort", 80, "80 does not follow"),
    (MES, f"{BOX}.ports.1.name", "grpc", "the name grpc is repeated"),
    (MES, f"{BOX}.ports.1.name", "health_check", "is no port name"),
    (MES, f"{BOX}.image", "", "is empty"),
    (MES, f"{BOX}.image", "registry.example/Mes:1", "is no image reference"),
    (MES, "metadata.name", "Mes_1", "'Mes_1' is no name for a Deployment"),
    ("Service/reference", "metadata.name", "1-reference", "is no name for a Service"),
    (MES, f"{BOX}.name", "mes.main", "is no container name"),
    (MES, f"{POD}.restartPolicy", "Never", "a Deployment cannot restart Never"),
    ("Job/migrate", f"{POD}.restartPolicy", "Always", "a Job cannot restart Always"),
    (MES, "metadata.labels.component", "a b", "'a b' is no label value"),
    (MES, "metadata.labels.component", "x" * 64, "is no label value"),
    ("Job/migrate", "metadata.name", "m" * 64, "64 characters"),
]


@pytest.mark.parametrize(("title", "path", "value", "words"), REFUSED)
def test_a_planted_mistake_is_found(title: str, path: str, value: Any, words: str) -> None:
    told = Release().at(title, path, value).told()
    assert any(words in found.message for found in told), told


def test_a_sound_release_has_no_finding() -> None:
    assert Release().told() == []


def test_a_finding_names_object_place_and_way_out() -> None:
    [found] = Release().at(MES, f"{BOX}.resources.requests.memory", "1Gi").told()
    assert str(found) == (
        "Deployment/mes spec.template.spec.containers[0].resources.requests.memory:"
        " 1Gi is above the limit 256Mi; lower the request or raise the limit"
    )


def test_any_manifests_can_be_asked_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(release: Release) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(yaml.safe_dump_all(release.documents)))
        monkeypatch.setattr("sys.argv", ["checks", *EXISTING])
        return main(), capsys.readouterr().out

    assert asked(Release()) == (0, "10 objects, 0 findings\n")
    code, said = asked(Release().at(MES, f"{BOX}.image", ""))
    assert code == 1
    assert "Deployment/mes spec.template.spec.containers[0].image: is empty" in said
