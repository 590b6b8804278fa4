"""A lane rig a test."""

import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from services.kit.migrate import migrate
from tests.faults.figures import tell
from tests.faults.lanes.rig import LaneRig
from tests.faults.place import Place
from tests.servers import PostgresServer

with_kit = partial(migrate, "kit")


@pytest.fixture
def lane_rig(
    postgres: PostgresServer, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[LaneRig]:
    """A run of its own; whatever it started has ended when the test has."""
    dsn = postgres.dsn("lanes", prepared_by=with_kit)
    place = Place(owner=dsn, reader="", broker="", folder=tmp_path)
    seed = request.config.getoption("--seed", None)
    rig = LaneRig(place, zlib.crc32(request.node.name.encode()) if seed is None else seed)
    try:
        yield rig
    finally:
        rig.stop()
        postgres.drop(dsn)
    tell(request, rig.figures)
