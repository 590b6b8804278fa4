"""A process service of its own for every test."""

from collections.abc import AsyncIterator

import pytest

from tests.component.process.rig import ProcessRig, open_rig
from tests.servers import IssuerServer, PostgresServer, ValkeyServer, scratch_folder


@pytest.fixture
async def rig(
    postgres: PostgresServer, fresh_valkey: ValkeyServer, issuer: IssuerServer
) -> AsyncIterator[ProcessRig]:
    """Not started yet."""
    with scratch_folder() as root:
        async with open_rig(root, postgres, fresh_valkey, issuer) as rig:
            yield rig
