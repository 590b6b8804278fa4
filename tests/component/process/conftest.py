"""A process service of its own for every test."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.component.process.rig import ProcessRig, open_rig
from tests.servers import IssuerServer, PostgresServer, ValkeyServer, scratch_folder
from tools.mesh.tokens import Bearer


@pytest.fixture
async def rig(
    postgres: PostgresServer, fresh_valkey: ValkeyServer, issuer: IssuerServer
) -> AsyncIterator[ProcessRig]:
    """Not started yet."""
    with scratch_folder() as root:
        async with open_rig(root, postgres, fresh_valkey, issuer) as rig:
            yield rig


@pytest.fixture
def mint(issuer: IssuerServer) -> Callable[[Bearer], str]:
    """A token of the issuer that the service trusts."""
    return lambda bearer: issuer.mint(bearer)
