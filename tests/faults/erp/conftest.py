"""A rig a test, and a line of figures a row."""

import zlib
from collections.abc import Iterator
from functools import partial

import pytest

from services.kit.migrate import migrate
from tests.copies import NOWHERE
from tests.faults.erp.rig import ErpRig
from tests.faults.figures import tell
from tests.servers import IssuerServer, PostgresServer, ValkeyServer, scratch_folder
from tools.mesh.people import USERS

with_erp = partial(migrate, "erp")


@pytest.fixture
def erp_rig(
    postgres: PostgresServer,
    fresh_valkey: ValkeyServer,
    issuer: IssuerServer,
    request: pytest.FixtureRequest,
) -> Iterator[ErpRig]:
    """A run of its own; whatever it started has ended when the test has."""
    seed = request.config.getoption("--seed", None)
    dsn = postgres.dsn("erp", prepared_by=with_erp)
    env = {
        "PLANTMESH_DATABASE_URL": dsn,
        "PLANTMESH_REDIS_URL": fresh_valkey.url,
        "PLANTMESH_JWKS_URL": issuer.jwks_url,
        "PLANTMESH_ISSUER": issuer.url,
        "PLANTMESH_POLL_SECONDS": "0.5",
        **NOWHERE,
    }
    with scratch_folder() as root:
        number = zlib.crc32(request.node.name.encode()) if seed is None else seed
        rig = ErpRig(root, env, partial(issuer.mint, USERS["operator"]), number)
        try:
            yield rig
        finally:
            rig.stop()
            postgres.drop(dsn)
        tell(request, rig.figures)
