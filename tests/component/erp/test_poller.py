"""Several ERPs are read side by side: what one of them does is nothing to the others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest

from services.erp.adapters.poller import Poller
from services.erp.adapters.registry import Connect
from services.erp.ports import ErpSystem
from services.kit.errors import UnavailableError
from services.kit.lanes.systems import System, put_system
from services.kit.store import Store

QUICK = System("quick", "ledger", (), 10, "ledger", {"url": "http://127.0.0.1:1/"})
HUNG = replace(QUICK, id="hung")


@dataclass
class Readings:
    """Reads of the hung one end when it is let go; then it says that it cannot be read."""

    begun: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def poll(self, row: System, _: ErpSystem) -> None:
        """What the poller calls a reading."""
        self.begun[row.id] += 1
        if row.id == HUNG.id:
            await self.let_go.wait()
        self.ended[row.id] += 1
        if row.id == HUNG.id:
            raise UnavailableError("no answer")


@pytest.fixture
def readings() -> Readings:
    """None yet."""
    return Readings()


@pytest.fixture
async def poller(
    store: Store, connect: dict[str, Connect], readings: Readings
) -> AsyncIterator[Poller]:
    """Of two ERPs, with little patience."""
    async with store.work() as work:
        await work.sql("UPDATE systems SET enabled = false")  # those of other tests
        for row in (QUICK, HUNG):
            await put_system(work, row)
    poller = Poller(store, connect, readings.poll, patience=0.05)
    yield poller
    await poller.close()
    async with store.work() as work:
        for row in (QUICK, HUNG):
            await put_system(work, replace(row, enabled=False))


async def test_one_that_hangs_is_read_on_while_the_others_have_their_rounds(
    poller: Poller, readings: Readings
) -> None:
    async with asyncio.timeout(30):
        for number in (1, 2, 3):
            await poller.round()
            assert readings.ended["quick"] == number
    assert readings.begun["hung"] == 1
    readings.let_go.set()
    with pytest.raises(UnavailableError, match="hung: no answer"):
        await poller.round()
    assert (readings.begun["quick"], readings.begun["hung"]) == (4, 1)


async def test_who_was_silent_stays_named_until_it_is_read(
    poller: Poller, readings: Readings
) -> None:
    readings.let_go.set()
    with pytest.raises(UnavailableError, match="hung"):
        await poller.round()
    readings.let_go.clear()
    with pytest.raises(UnavailableError, match="hung"):
        await poller.round()


async def test_a_row_that_is_taken_away_is_read_no_further(
    poller: Poller, readings: Readings, store: Store
) -> None:
    await poller.round()
    async with store.work() as work:
        await put_system(work, replace(HUNG, enabled=False))
    await poller.round()
    readings.let_go.set()
    await poller.round()
    assert readings.ended["hung"] == 0


async def test_when_the_term_ends_nothing_is_read_on(poller: Poller, readings: Readings) -> None:
    with suppress(UnavailableError):
        await poller.round()
    await poller.close()
    readings.let_go.set()
    await asyncio.sleep(0)
    assert readings.ended["hung"] == 0
