"""A service that audits, and somebody with the database's highest rights."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from services.kit.migrate import migrate
from tests.component.kit.audit.ledger import Ledger
from tests.servers import PostgresServer, ValkeyServer


@pytest.fixture
async def ledger(
    postgres: PostgresServer, valkey: ValkeyServer, tmp_path: Path
) -> AsyncIterator[Ledger]:
    """Empty; a trigger-protected audit cannot be emptied, so each test has its own."""
    valkey.clear()
    url = postgres.dsn("audit", prepared_by=partial(migrate, "kit"))
    ledger = Ledger.open(url, postgres.url, valkey.url, tmp_path / "anchor")
    yield ledger
    await ledger.close()
