"""PodSecurity restricted: every pod, a Job's and a test's too; each breach planted."""

from typing import Any

import pytest

from tests.charts.planting import Release

POD = "spec.template.spec"
BOX = f"{POD}.containers.0"
LOCK = f"{BOX}.securityContext"

BREACHES: list[tuple[str, Any, str]] = [
    (f"{POD}.hostNetwork", True, "hostNetwork"),
    (f"{POD}.hostPID", True, "hostPID"),
    (f"{POD}.securityContext.runAsNonRoot", None, "runAsNonRoot"),
    (f"{LOCK}.runAsNonRoot", False, "runAsNonRoot"),
    (f"{LOCK}.runAsUser", 0, "runAsUser"),
    (f"{POD}.securityContext.seccompProfile", None, "seccompProfile"),
    (f"{LOCK}.seccompProfile", {"type": "Unconfined"}, "seccompProfile"),
    (f"{LOCK}.allowPrivilegeEscalation", None, "allowPrivilegeEscalation"),
    (f"{LOCK}.privileged", True, "privileged"),
    (f"{LOCK}.procMount", "Unmasked", "procMount"),
    (f"{LOCK}.capabilities.drop", ["NET_RAW"], "capabilities.drop"),
    (f"{LOCK}.capabilities.add", ["SYS_ADMIN"], "capabilities.add"),
    (f"{LOCK}.readOnlyRootFilesystem", None, "readOnlyRootFilesystem"),
    (f"{BOX}.ports", [{"containerPort": 80, "hostPort": 80}], "hostPort"),
    (f"{BOX}.livenessProbe", {"httpGet": {"port": 80, "host": "10.0.0.1"}}, "httpGet.host"),
    (f"{POD}.volumes", [{"name": "host", "hostPath": {"path": "/"}}], "volumes[0]"),
    (f"{POD}.securityContext.sysctls", [{"name": "kernel.msgmax", "value": "1"}], "sysctls"),
    (f"{POD}.initContainers", [{"name": "first", "image": "a/b:1"}], "initContainers[0]"),
]


@pytest.mark.parametrize("title", ["Deployment/mes", "Job/migrate"])
@pytest.mark.parametrize(("path", "value", "place"), BREACHES)
def test_a_breach_is_found(title: str, path: str, value: Any, place: str) -> None:
    told = Release().at(title, path, value).told()
    assert any(found.subject == title and place in found.path for found in told), told


def test_a_token_that_nobody_refused_is_found() -> None:
    told = Release().at("Job/migrate", f"{POD}.automountServiceAccountToken", None).told()
    assert [found.path for found in told] == [f"{POD}.automountServiceAccountToken"]
