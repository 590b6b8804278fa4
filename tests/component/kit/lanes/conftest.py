"""A service's database with kit's tables, a system in it, and a worker on that system."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

import pytest

from services.kit.lanes.accept import accept
from services.kit.lanes.entry import Entry
from services.kit.lanes.systems import System, put_system
from services.kit.lanes.worker import Worker
from services.kit.migrate import migrate
from services.kit.store import Row, Store, Work
from tests.component.kit.lanes.memory import MemoryErp
from tests.servers import PostgresServer

ERP = System("erp-1", "memory", ("lyon",), budget=100_000)
with_kit = partial(migrate, "kit")


@pytest.fixture(scope="session")
def database(postgres: PostgresServer) -> str:
    """Kit's tables; emptied by each test, because that is quicker than a copy."""
    return postgres.dsn("lanes", prepared_by=with_kit)


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    """Empty tables, and ERP in `systems`."""
    store = Store(database)
    async with store.work() as work:
        await work.sql(
            "TRUNCATE systems, lane_key, lane_entry, lane_exception, lane_audit, raw_input"
            " RESTART IDENTITY CASCADE"
        )
        await put_system(work, ERP)
    yield store
    await store.close()


class Told:
    """What the service was told, in order."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def __call__(self, work: Work, entries: Sequence[Entry]) -> None:
        """Remember them."""
        self.entries += entries


@pytest.fixture
def told() -> Told:
    """Who is told of settled entries."""
    return Told()


@pytest.fixture
def erp() -> MemoryErp:
    """The outside system behind ERP."""
    return MemoryErp()


@pytest.fixture
async def worker(store: Store, erp: MemoryErp, told: Told) -> AsyncIterator[Worker]:
    """A worker to step by hand."""
    worker = Worker(store, ERP, erp, told)
    yield worker
    await worker.close()


async def offer(store: Store, *references: str, key: str = "order-1") -> None:
    """Accept postings of one key in one transaction."""
    async with store.work() as work:
        for reference in references:
            accept(work, ERP.id, key, reference, "confirmation", b"{}")


async def ask(store: Store, query: str, *params: object) -> list[Row]:
    """Read the database in a transaction of its own."""
    async with store.work() as work:
        return await work.sql(query, params)


async def hurry(store: Store) -> None:
    """Everything that waits for its time is due now."""
    await ask(
        store,
        "UPDATE lane_entry SET due_at = clock_timestamp(),"
        " sweep_at = CASE WHEN sweep_at IS NULL THEN NULL ELSE clock_timestamp() END",
    )
    await ask(store, "UPDATE lane_pace SET paused_until = '-infinity', probe_until = '-infinity'")
