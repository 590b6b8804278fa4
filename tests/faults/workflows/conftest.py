"""Executors of a run of their own, and a line of figures a row."""

import zlib
from collections.abc import AsyncIterator

import pytest

from tests.component.process.rig import open_rig
from tests.faults.figures import Figures
from tests.faults.workflows.rig import Executors
from tests.servers import IssuerServer, PostgresServer, ValkeyServer, scratch_folder

_FIGURES = pytest.StashKey[list[Figures]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a row."""
    figures = terminalreporter.config.stash.get(_FIGURES, [])
    if figures:
        terminalreporter.section("faults of workflow executors")
    for row in figures:
        terminalreporter.write_line(row.line())


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
    request.config.stash.setdefault(_FIGURES, []).extend(executors.figures)
