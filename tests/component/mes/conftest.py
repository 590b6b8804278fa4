"""Mes on a real PostgreSQL, behind a real gRPC port."""

from collections.abc import AsyncIterator

import pytest

from services.kit.migrate import migrate
from tests.component.mes.floor import Floor, open_floor
from tests.servers import PostgresServer


def prepare(url: str) -> None:
    """The tables of kit and of mes."""
    migrate("mes", url)


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    """A fresh database."""
    return postgres.dsn("mes", prepared_by=prepare)


@pytest.fixture
async def floor(database: str) -> AsyncIterator[Floor]:
    """A fresh one for every test."""
    async with open_floor(database) as floor:
        yield floor
