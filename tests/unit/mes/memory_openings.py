"""What was loaded of a floor, in memory."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Generic, TypeVar

from services.mes.domain.opening import Loaded, Opens
from services.mes.ports.openings import Until
from tests.unit.mes.memory import MemoryFloor

T = TypeVar("T", bound=Opens)


class MemoryOpenings(Generic[T]):
    """ports.Openings."""

    def __init__(self) -> None:
        self.rows: dict[str, Loaded[T]] = {}

    async def get(self, rows: Collection[T]) -> dict[str, Loaded[T]]:
        """By name."""
        return {row.name: self.rows[row.name] for row in rows if row.name in self.rows}

    async def put(self, loaded: Sequence[Loaded[T]]) -> None:
        """By name."""
        self.rows |= {one.row.name: one for one in loaded}

    async def page(self, plant: str, after: T | None) -> Sequence[T]:
        """All of them."""
        return [one.row for one in self.rows.values() if one.row.plant == plant]


class MemoryReported:
    """ports.Reported over a floor's confirmations."""

    def __init__(self, floor: MemoryFloor) -> None:
        self._floor = floor

    async def until(self, wanted: Collection[Until]) -> dict[Until, tuple[Decimal, ...]]:
        """Summed."""
        async with self._floor.work() as books:
            booked = await books.confirmations.of_orders([one.order for one in wanted])
        found: dict[Until, tuple[Decimal, ...]] = {}
        for one in wanted:
            told = [
                each.report
                for each in booked.get(one.order, [])
                if each.report.operation == one.operation
                and (one.moment is None or each.report.occurred_at.moment <= one.moment)
            ]
            if told:
                sums = (
                    sum((each.output.value for each in told), Decimal(0)),
                    sum((each.scrapped.value for each in told), Decimal(0)),
                    sum((each.rework.value for each in told), Decimal(0)),
                )
                found[one] = sums
        return found
