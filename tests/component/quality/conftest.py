"""Quality on a real PostgreSQL, behind a real gRPC port, asking a reference behind another."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from services.kit.migrate import migrate
from tests.component.quality.laboratory import Laboratory, open_laboratory
from tests.component.quality.master import Master, master_data
from tests.servers import PostgresServer


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    """A fresh database."""
    return postgres.dsn("quality", prepared_by=partial(migrate, "quality"))


@pytest.fixture
async def master() -> AsyncIterator[Master]:
    """Reference, with BREAD (inspected) and WATER (not)."""
    async with master_data() as master:
        yield master


@pytest.fixture
async def laboratory(database: str, master: Master) -> AsyncIterator[Laboratory]:
    """A fresh one for every test."""
    async with open_laboratory(database, master) as laboratory:
        yield laboratory
