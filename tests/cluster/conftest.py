"""A namespace of a real cluster, with PodSecurity restricted enforced; skipped without one.

PLANTMESH_E2E_KUBECONFIG names a kubeconfig. PLANTMESH_E2E_NAMESPACE names a namespace to use, for
those who may not make one; it is not deleted. PLANTMESH_E2E_REGISTRY is where the images are;
without it the nodes have them (kind load).
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cluster.hands import Hands

_RESTRICTED = [
    f"pod-security.kubernetes.io/{mode}=restricted" for mode in ("enforce", "warn", "audit")
]


@pytest.fixture(scope="session")
def kubeconfig() -> Path:
    """Skips the test where nobody named one."""
    given = os.environ.get("PLANTMESH_E2E_KUBECONFIG")
    if not given:
        pytest.skip("PLANTMESH_E2E_KUBECONFIG names no kubeconfig; these tests need a cluster")
    if not Path(given).is_file():
        pytest.fail(f"PLANTMESH_E2E_KUBECONFIG: there is no file {given}")
    return Path(given)


@pytest.fixture(scope="module")
def place(kubeconfig: Path) -> Iterator[str]:
    """A namespace of this module's own."""
    if given := os.environ.get("PLANTMESH_E2E_NAMESPACE"):
        yield given
        return
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not in PATH")
    name = f"plantmesh-e2e-{uuid4().hex[:8]}"
    hands = Hands(kubeconfig, name)
    hands.kubectl("create", "namespace", name)
    try:
        hands.kubectl("label", "namespace", name, *_RESTRICTED)
        hands.kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=60s")
        yield name
    finally:
        hands.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def hands(kubeconfig: Path, place: str) -> Hands:
    """kubectl in that namespace."""
    return Hands(kubeconfig, place)


@pytest.fixture(scope="module")
def helm(hands: Hands) -> Hands:
    """The same where Helm is, too; skips where it is not."""
    program = os.environ.get("PLANTMESH_E2E_HELM", "helm")
    if not shutil.which(program):
        pytest.skip(f"{program} is not in PATH (PLANTMESH_E2E_HELM names another)")
    return replace(hands, helm_program=program)


@pytest.fixture(scope="module")
def images() -> list[str]:
    """How Helm is told where the images are."""
    registry = os.environ.get("PLANTMESH_E2E_REGISTRY", "")
    return ["--set", f"image.registry={registry}"] if registry else []
