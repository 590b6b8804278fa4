"""A lane rig a test."""

import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from services.kit.migrate import migrate
from tests.faults.figures import Figures
from tests.faults.lanes.rig import LaneRig
from tests.faults.place import Place
from tests.servers import PostgresServer

_FIGURES = pytest.StashKey[list[Figures]]()
with_kit = partial(migrate, "kit")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a row."""
    figures = terminalreporter.config.stash.get(_FIGURES, [])
    if figures:
        terminalreporter.section("faults of the lanes")
    for row in figures:
        terminalreporter.write_line(row.line())


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
    request.config.stash.setdefault(_FIGURES, []).extend(rig.figures)
