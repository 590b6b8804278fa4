"""Executors of a run of their own, and a line of figures a row."""

import zlib
from collections.abc import AsyncIterator

import pytest

from tests.component.process.rig import open_rig
from tests.faults.figures import tell
from tests.faults.workflows.rig import Executors
from tests.servers import IssuerServer, PostgresServer, ValkeyServer, scratch_folder


@pytest.fixture
async def executors(
    postgres: PostgresServer,
    fresh_valkey: ValkeyServer,
    issuer: IssuerServer,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Executors]:
    """Not started yet; whatever it started has ended when the test has."""
    seed = request.config.getoption("--seed", None)
    number = zlib.crc32(request.node.name.encode()) if seed is None else seed
    with scratch_folder() as root:
        async with open_rig(root, postgres, fresh_valkey, issuer) as rig:
            executors = Executors(rig, number)
            yield executors
    tell(request, executors.figures)
