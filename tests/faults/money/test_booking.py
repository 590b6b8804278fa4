"""Erp dies while it books, settles and releases: entries once, debit = credit, nothing in work."""

import asyncio
import time
import zlib
from pathlib import Path

import pytest

from services.kit.migrate import migrate
from services.kit.store import Store
from tests.component.erp.money.books import put_accounts, put_costs
from tests.copies import put_plant
from tests.faults.broker import Broker
from tests.faults.figures import Figures, tell
from tests.faults.money.drill import Drill
from tests.faults.money.judge import troubles, verdict
from tests.faults.money.roles import COSTS
from tests.faults.place import Place
from tests.faults.scale import Scale, short_and_long
from tests.servers import PostgresServer

pytestmark = pytest.mark.fault


async def open_books(url: str) -> None:
    """A plant with its accounts, and what the usual things cost."""
    store = Store(url)
    async with store.work():
        await put_plant("lyon", "Europe/Paris")
    await put_accounts(store)
    await put_costs(store, **COSTS)
    await store.close()


@pytest.fixture
def office(postgres: PostgresServer, broker: Broker, tmp_path: Path) -> Place:
    """The warehouse's database and that of erp, with what finance knows, and the broker."""
    reader = postgres.dsn("erp_faults", lambda url: migrate("erp", url))
    asyncio.run(open_books(reader))
    owner = postgres.dsn("wms_faults", lambda url: migrate("kit", url))
    return Place(owner=owner, reader=reader, broker=broker.url, folder=tmp_path)


@short_and_long
def test_the_journal_is_whole_whenever_erp_dies(
    office: Place, scale: Scale, request: pytest.FixtureRequest
) -> None:
    given = request.config.getoption("--seed", None)
    seed = zlib.crc32(request.node.name.encode()) if given is None else given
    began = time.monotonic()
    Drill(office, seed).run(scale.hits)
    counts = office.counters.read()
    figures = Figures(
        row=f"money-{scale.name}",
        seed=seed,
        seconds=time.monotonic() - began,
        kills=sum(count for name, count in counts.items() if name.startswith("kill.")),
        verdict=verdict(office),
        evidence={
            "killed before the commit": counts["kill.money.booked"],
            "killed while settling": counts["kill.money.settled"],
            "killed while releasing": counts["kill.money.released"],
            "batches read again": counts["signal.batch_read_again"],
        },
        counts=dict(sorted(counts.items())),
    )
    figures.write()
    tell(request, [figures])
    assert troubles(office) == []
    assert figures.verdict.ok, figures.line()
    assert all(figures.evidence.values()), figures.line()
