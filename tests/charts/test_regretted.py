"""What an API server takes and operators regret: each planted into a sound release."""

from typing import Any

import pytest

from tests.charts.planting import Release

MES, POD = "Deployment/mes", "spec.template.spec"
BOX, TEST = f"{POD}.containers.0", "Job/migrate"
POLICY, BUDGET = "NetworkPolicy/mes", "PodDisruptionBudget/reference"

REGRETTED: list[tuple[str, str, Any, str]] = [
    # Selectors and targets that miss.
    ("Service/reference", "spec.selector.component", "nobody", "selects no pod"),
    ("Service/reference", "spec.selector.component", "migrate", "takes the pods of Job migrate"),
    (TEST, "spec.template.metadata.labels.component", "mes", "takes the pods of Job migrate too"),
    (BUDGET, "spec.selector.matchLabels.component", "nobody", "selects no pod"),
    (POLICY, "spec.podSelector.matchLabels.component", "nobody", "selects no pod"),
    ("Service/reference", "spec.ports.0.targetPort", "http", "has the port 'http'"),
    ("Service/reference", "spec.ports.0.targetPort", 8080, "has the port 8080"),
    ("HorizontalPodAutoscaler/mes", "spec.scaleTargetRef.name", "erp", "no Deployment erp"),
    # Work undone or made impossible.
    (MES, "spec.replicas", 2, "an autoscaler decides"),
    (BUDGET, "spec.maxUnavailable", 0, "may ever be evicted"),
    (BUDGET, "spec.maxUnavailable", None, "it protects nothing"),
    (MES, f"{BOX}.resources.requests.cpu", None, "asks for no cpu"),
    (MES, f"{BOX}.image", "registry.example/plantmesh/mes:latest", "another image tomorrow"),
    (MES, f"{POD}.volumes.1", {"name": "data", "emptyDir": {}}, "data is mounted nowhere"),
    # References.
    (MES, f"{BOX}.env.3.valueFrom.secretKeyRef.name", "gone", "there is no Secret 'gone'"),
    (MES, f"{POD}.serviceAccountName", "gone", "there is no ServiceAccount 'gone'"),
    (MES, f"{POD}.volumes.0", {"name": "tmp", "configMap": {"name": "x"}}, "no ConfigMap 'x'"),
    # Policies.
    ("NetworkPolicy/migrate", "spec.policyTypes", ["Ingress"], "egress rules are ignored"),
    (POLICY, "spec.policyTypes", ["Egress"], "no NetworkPolicy denies ingress"),
    # Hooks.
    (TEST, "metadata.annotations.helm\\.sh/hook", "post-rollback", "going back needs none"),
    (TEST, f"{POD}.serviceAccountName", "mes", "is not there yet at pre-install, pre-upgrade"),
]


@pytest.mark.parametrize(("title", "path", "value", "words"), REGRETTED)
def test_a_planted_mistake_is_found(title: str, path: str, value: Any, words: str) -> None:
    release = Release()
    if "\\." in path:
        key = path.rpartition("annotations.")[2].replace("\\.", ".")
        release.get(title)["metadata"]["annotations"][key] = value
    else:
        release.at(title, path, value)
    told = release.told()
    assert any(words in found.message for found in told), told


def test_a_hook_that_keeps_its_job_is_found() -> None:
    release = Release()
    notes = release.get(TEST)["metadata"]["annotations"]
    notes["helm.sh/hook-delete-policy"] = "hook-succeeded"
    assert [found.message.partition(" ")[0] for found in release.told()] == ["stays"]


def test_an_object_rendered_twice_is_found() -> None:
    release = Release()
    release.documents.append(release.get("Service/reference"))
    assert [found.message for found in release.told()] == ["is rendered more than once"]


ROLE = """
kind: Role
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: elect}
rules: [{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [%s]%s}]
"""
BINDING = """
kind: RoleBinding
apiVersion: rbac.authorization.k8s.io/v1
metadata: {name: elect}
roleRef: {kind: Role, name: elect}
subjects: [{kind: ServiceAccount, name: mes}]
"""


def electing(verbs: str = "get, update", names: str = ", resourceNames: [collector]") -> Release:
    """mes elects: it has a role, a token, and an edge to the API server."""
    release = Release().add(ROLE % (verbs, names)).add(BINDING)
    release.at(MES, f"{POD}.automountServiceAccountToken", True)
    return release.at(POLICY, "spec.egress.3", {"ports": [{"port": 6443}, {"port": 443}]})


def test_a_pod_that_elects_holds_a_token() -> None:
    assert electing().told() == []


@pytest.mark.parametrize(
    ("release", "words"),
    [
        (electing("create"), "create cannot be limited by resourceNames"),
        (electing('"*"'), "gives everything"),
        (electing().drop("Role/elect"), "there is no Role elect"),
        (electing().at(MES, f"{POD}.automountServiceAccountToken", False), "gets no token"),
        (electing().drop("RoleBinding/elect"), "which has no rights"),
    ],
)
def test_rights_are_exactly_what_is_used(release: Release, words: str) -> None:
    told = release.told()
    assert any(words in found.message for found in told), told
