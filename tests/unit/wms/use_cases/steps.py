"""What people do in a warehouse, a unit of work each."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import pytest

from services.kit.errors import ConflictError, DomainError
from services.kit.measures import Ratio
from services.wms.application.apply_holds import apply_holds
from services.wms.application.build_units import Order, build_units
from services.wms.application.move_stock import move_stock
from services.wms.application.read_stock import (
    stock_of_lots,
)
from services.wms.domain.hold import Hold
from services.wms.domain.movement import Movement
from services.wms.ports import Books
from tests.unit.wms.moves import (
    LYON,
    lot_key,
)


class Warehouse(Protocol):
    """Units of work over some books."""

    def work(self) -> AbstractAsyncContextManager[Books]:
        """All or nothing."""
        ...

    async def told(self) -> list[str]:
        """Lot and reference of the movements that were told of, in order."""
        ...

    async def measure(
        self, lot: str, *ratios: Ratio, version: int = 1, retired: bool = False
    ) -> None:
        """What one lot was measured at, or is not any more."""
        ...


async def carry(warehouse: Warehouse, *movements: Movement, **terms: Any) -> list[bool]:
    """One batch; whether each was a replay."""
    async with warehouse.work() as books:
        return [one.replayed for one in await move_stock(books, movements, **terms)]


async def put(warehouse: Warehouse, *holds: Hold) -> list[str]:
    """Apply holds."""
    async with warehouse.work() as books:
        return await apply_holds(books, holds)


async def build(warehouse: Warehouse, *ssccs: str, location: str = "") -> None:
    """Handling units in Lyon, empty."""
    async with warehouse.work() as books:
        await build_units(books, [Order(sscc, LYON, location, "PX") for sscc in ssccs], {})


async def stock(warehouse: Warehouse, *names: str) -> list[str]:
    """What is left of some lots, in words."""
    async with warehouse.work() as books:
        lots = await stock_of_lots(books, [lot_key(name) for name in names])
    return [f"{one.quantity.text} {one.place}" for lot in lots for one in lot.balances]


async def refused(
    warehouse: Warehouse, *movements: Movement, kind: type[DomainError] = ConflictError
) -> tuple[str, str]:
    """Code and field."""
    with pytest.raises(kind) as caught:
        await carry(warehouse, *movements)
    return caught.value.code, caught.value.field
