"""Servers for every test: real PostgreSQL and Valkey processes, one pair a pytest-xdist worker."""

from collections.abc import Iterator

import pytest

from tests.servers import (
    IssuerServer,
    PostgresServer,
    ValkeyServer,
    end_abandoned,
    issuer_server,
    postgres_server,
    valkey_server,
)

_FOLDERS = {"flow": ("tests/flows/", "tests/web/"), "fault": ("tests/faults/",)}
"""Where `make flows` and `make faults` look for them."""


def pytest_sessionstart() -> None:
    """A run that was killed must not leave servers for ever."""
    end_abandoned()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that no verb would run is an error."""
    for item in items:
        for mark, folders in _FOLDERS.items():
            if item.get_closest_marker(mark) and not item.nodeid.startswith(folders):
                raise pytest.UsageError(f"{item.nodeid} is a {mark}: put it into {folders[0]}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """PostgreSQL 18, started at first use (about 0.4 s); `dsn(name)` is a fresh database."""
    with postgres_server(quick=True) as server:
        yield server


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    """Valkey, shared by the worker's tests: use keys of your own, or clear()."""
    with valkey_server() as server:
        yield server


@pytest.fixture
def fresh_valkey() -> Iterator[ValkeyServer]:
    """A private, empty Valkey process that the test may stop, kill() and start()."""
    with valkey_server(private=True) as server:
        yield server


@pytest.fixture(scope="session")
def issuer() -> Iterator[IssuerServer]:
    """The development issuer: `jwks_url`, and `mint(Bearer(...))` for a token."""
    with issuer_server() as server:
        yield server
