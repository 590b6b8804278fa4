"""What Tryton has is read by product and lot, and by production, page by page."""

from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from services.erp.adapters.tryton.reading import TrytonReading
from services.erp.domain.posting import Kind
from services.erp.domain.reading import DeliveryRow, Sheet, StockRow
from services.erp.ports import ErpSystem
from services.kit.errors import NotFoundError
from services.kit.lanes.systems import System
from tests.contract.erp_system.stage import line, made, posting
from tests.contract.tryton.stage import TrytonStage, book

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def reading(system: System, stage: TrytonStage) -> AsyncIterator[TrytonReading]:
    """With pages of three."""
    reading = TrytonReading(system, stage.peer.adapter.password)
    yield reading
    await reading.close()


async def stock(reading: TrytonReading, plant: str) -> dict[tuple[str, str], Decimal]:
    """All of a plant's, to the end."""
    found, after = Counter[tuple[str, str]](), ""
    while True:
        sheet: Sheet[StockRow] = await reading.read_stock(plant, after)
        for row in sheet.rows:
            found[row.item_no, row.lot_no] += Decimal(row.amount)  # type: ignore[assignment]
        after = sheet.next
        if not after:
            return {key: Decimal(amount) for key, amount in found.items()}


async def delivered(reading: TrytonReading, plant: str) -> list[DeliveryRow]:
    """All of a plant's open productions."""
    found, after = list[DeliveryRow](), ""
    while True:
        sheet = await reading.read_deliveries(plant, after)
        found += sheet.rows
        after = sheet.next
        if not after:
            return found


async def test_it_says_what_it_has(
    reading: TrytonReading, erp: ErpSystem, stage: TrytonStage
) -> None:
    assert await stock(reading, stage.plant) == {}
    await stage.deliver("R-1", "200")
    await book(
        erp, posting(stage, "used", Kind.CONSUMPTION, line(stage.used, "150", stage.unit, "R-1"))
    )
    await book(erp, made(stage, "part-1", "80"))
    await book(erp, posting(stage, "waste", Kind.SCRAP, line(stage.made, "2.5", stage.unit, "")))
    assert await stock(reading, stage.plant) == await stage.stock()
    [row] = await delivered(reading, stage.plant)
    assert (Decimal(row.amount), row.item_no) == (Decimal(80), stage.made)
    await book(erp, posting(stage, "close", Kind.CLOSE))
    assert await delivered(reading, stage.plant) == []
    with pytest.raises(NotFoundError):
        await reading.read_stock("nowhere", "")
