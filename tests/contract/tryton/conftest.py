"""One Tryton for all tests here; a plant of its own for each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio

from services.erp.adapters.tryton import TrytonErp
from services.erp.ports import ErpSystem
from services.kit.lanes.systems import System
from tests.contract.proxy import Proxy
from tests.contract.tryton.stage import Connect, TrytonStage
from tests.servers import PostgresServer, scratch_folder
from tools.peers.tryton.peer import Tryton, tryton


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def peer(postgres: PostgresServer) -> AsyncIterator[Tryton]:
    """A process over a database of its own, used by the tests one after the other."""
    with scratch_folder() as root:
        async with tryton(root, postgres.url, "tryton_contract") as peer:
            closed = TrytonStage.closed_day.isoformat()
            await peer.run("close_period", {"date": closed})
            yield peer


@pytest_asyncio.fixture(loop_scope="session")
async def stage(peer: Tryton) -> AsyncIterator[TrytonStage]:
    """A plant of its own, in fair weather."""
    async with Proxy(peer.url) as proxy:
        stage = TrytonStage(peer, proxy)
        await stage.open()
        yield stage


@pytest.fixture
def system(stage: TrytonStage) -> System:
    """Tryton's row, with small pages."""
    settings = {
        "url": stage.proxy.url,
        "plaintext": True,
        "user": stage.peer.adapter.name,
        "page": 3,
        "request_timeout": 20.0,
        "negative_stock": True,
        "sales_orders": True,
        "purchase_orders": True,
    }
    return System("tryton", "tryton", (stage.plant,), budget=100, settings=settings)


@pytest.fixture
def connect(system: System, stage: TrytonStage) -> Connect:
    """Another adapter, that remembers nothing; `settings` differ from the row's."""

    @asynccontextmanager
    async def connected(
        kind: type[TrytonErp] = TrytonErp, **settings: object
    ) -> AsyncIterator[TrytonErp]:
        row = replace(system, settings={**system.settings, **settings})
        erp = kind(row, stage.peer.adapter.password)
        try:
            yield erp
        finally:
            await erp.close()

    return connected


@pytest_asyncio.fixture(loop_scope="session")
async def erp(connect: Connect) -> AsyncIterator[ErpSystem]:
    """The adapter."""
    async with connect() as erp:
        yield erp
