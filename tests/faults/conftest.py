"""A rig a test, a line of figures a row; `--broker redis` runs them on Redis instead of Valkey."""

import shutil
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from services.kit.migrate import migrate
from tests.faults.broker import Broker
from tests.faults.figures import ROW, tell
from tests.faults.place import Place
from tests.faults.rig import Rig
from tests.servers import PostgresServer
from tools.mesh import binaries

_TABLES = """
CREATE TABLE fact (key text NOT NULL, id text PRIMARY KEY);
CREATE TABLE effect (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL, sequence bigint NOT NULL, id text NOT NULL
);
CREATE INDEX effect_key ON effect (key);
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Which broker program the rows run on."""
    parser.addoption("--broker", choices=["valkey", "redis"], default="valkey")
    parser.addoption("--seed", type=int, default=None, help="of the faults; fixed per test if not")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line a row, from the reports: a row may have run in another process (xdist)."""
    reports = [each for found in terminalreporter.stats.values() for each in found]
    ended = [each for each in reports if getattr(each, "when", "") == "teardown"]
    rows = [line for each in ended for name, line in each.user_properties if name == ROW]
    if rows:
        terminalreporter.section("faults")
    for line in rows:
        terminalreporter.write_line(str(line))


@pytest.fixture(scope="session", autouse=True)
def broker_program(request: pytest.FixtureRequest) -> Iterator[None]:
    """The program behind every broker of this session."""
    if request.config.getoption("--broker", "valkey") == "valkey":
        yield
        return
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on the PATH: apt-get install redis-server brings 7.0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(binaries, "valkey_server", lambda: Path(program))
        yield


def prepare(url: str) -> None:
    """Kit's tables, and what the roles write."""
    migrate("kit", url)
    with psycopg.connect(url) as connection:
        connection.execute(_TABLES)


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A private broker that the test may hurt."""
    with ExitStack() as resources:
        yield Broker(resources)


@pytest.fixture
def place(postgres: PostgresServer, broker: Broker, tmp_path: Path) -> Place:
    """Two fresh databases and the broker."""
    return Place(
        owner=postgres.dsn("faults", prepare),
        reader=postgres.dsn("faults", prepare),
        broker=broker.url,
        folder=tmp_path,
    )


@pytest.fixture
def rig(place: Place, broker: Broker, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A run of its own; whatever it started has ended when the test has."""
    seed = request.config.getoption("--seed", None)
    rig = Rig(place, broker, zlib.crc32(request.node.name.encode()) if seed is None else seed)
    try:
        yield rig
    finally:
        rig.stop()
        rig.books.close()
    tell(request, rig.figures)
