"""The processes, once a session, and all of them well before each test."""

from collections.abc import Iterator

import pytest

from tests.servers import IssuerServer, scratch_folder
from tests.web.rig import ORDER, PAGE, Gateway, Web, eventually


@pytest.fixture(scope="session")
def web(issuer: IssuerServer) -> Iterator[Web]:
    """The subgraphs, running."""
    with scratch_folder() as root:
        running = Web(root, issuer)
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="session")
def running_gateway(web: Web) -> Iterator[Gateway]:
    """The one that most tests share."""
    with web.gateway() as running:
        yield running


@pytest.fixture
async def gateway(web: Web, running_gateway: Gateway) -> Gateway:
    """The shared one with every subgraph up, well and believed."""
    web.revive()
    for name in web.subgraphs:
        await web.tell(name, "mode/well")
    await eventually(running_gateway, PAGE, id=ORDER)
    for name in web.subgraphs:
        await web.tell(name, "seen")
    return running_gateway
