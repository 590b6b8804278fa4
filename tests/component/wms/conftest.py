"""Wms on a real PostgreSQL, behind a real gRPC port."""

from collections.abc import AsyncIterator

import pytest

from services.kit.migrate import migrate
from tests.component.wms.warehouse import Warehouse, open_warehouse
from tests.servers import PostgresServer


def prepare(url: str) -> None:
    """The tables of kit and of wms."""
    migrate("wms", url)


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    """A fresh database."""
    return postgres.dsn("wms", prepared_by=prepare)


@pytest.fixture
async def warehouse(database: str) -> AsyncIterator[Warehouse]:
    """A fresh one for every test."""
    async with open_warehouse(database) as warehouse:
        yield warehouse
