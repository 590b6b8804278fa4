"""The hub side of telemetry on a real PostgreSQL, behind real ports."""

from collections.abc import AsyncIterator

import pytest

from services.kit.migrate import migrate
from tests.component.telemetry.hub import Hub, open_hub
from tests.servers import PostgresServer


def prepare(url: str) -> None:
    """The tables of kit and of telemetry."""
    migrate("telemetry", url)


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    """A fresh database."""
    return postgres.dsn("telemetry", prepared_by=prepare)


@pytest.fixture
async def hub(database: str) -> AsyncIterator[Hub]:
    """A fresh one for every test."""
    async with open_hub(database) as hub:
        yield hub
