"""The simulated cluster, and a namespace of it as plantctl sees it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.kit.cluster import Cluster
from tests.component.tools.cluster.site import NAMESPACE
from tools.plantctl.cluster.namespace import Namespace
from tools.simulators.kubernetes.server import ApiServer, api_server


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    """Empty."""
    async with api_server() as api:
        yield api


@pytest.fixture
def kubeconfig(api: ApiServer, tmp_path: Path) -> Path:
    """Leads to it."""
    return api.kubeconfig(tmp_path / "kubeconfig", NAMESPACE)


@pytest.fixture
async def namespace(kubeconfig: Path) -> AsyncIterator[Namespace]:
    """Through a client of its own."""
    cluster = await Cluster.of_file(kubeconfig)
    yield Namespace(cluster, cluster.namespace)
    await cluster.close()
