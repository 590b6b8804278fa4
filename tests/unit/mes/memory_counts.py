"""What machines counted, in memory."""

from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy

from services.kit.paging import Page
from services.mes.domain.counting import Difference, Meter, Uncounted
from tests.unit.mes.reports import NOON


class MemoryMeters:
    """ports.Meters."""

    def __init__(self) -> None:
        self.rows: dict[str, Meter] = {}

    async def open(self, machines: Mapping[str, str]) -> dict[str, Meter]:
        """Copies, with nothing moved."""
        return {
            equipment: deepcopy(self.rows.get(equipment, Meter(plant, equipment)))
            for equipment, plant in machines.items()
        }

    async def save(self, meters: Collection[Meter]) -> None:
        """What moved, and nothing else."""
        for meter in meters:
            kept = self.rows.setdefault(meter.equipment, Meter(meter.plant, meter.equipment))
            kept.term, kept.read_at = meter.term, meter.read_at
            kept.marks |= {key: meter.marks[key] for key in meter.moved}


class MemoryUncounted:
    """ports.Waiting."""

    def __init__(self) -> None:
        self.rows: dict[str, Uncounted] = {}

    async def add(self, differences: Sequence[Difference]) -> None:
        """Numbered from 1."""
        for one in differences:
            self.rows.setdefault(one.id, Uncounted(len(self.rows) + 1, one, NOON))

    async def get(
        self, plant: str, ids: Collection[str], *, lock: bool = False
    ) -> dict[str, Uncounted]:
        """Of the plant."""
        found = {id: self.rows[id] for id in ids if id in self.rows}
        return {id: row for id, row in found.items() if row.difference.plant == plant}

    async def page(self, plant: str, page: Page, *, settled: bool) -> Sequence[Uncounted]:
        """By number."""
        rows = [row for row in self.rows.values() if row.difference.plant == plant]
        wanted = [row for row in rows if settled or row.settlement is None]
        after = int(page.after[0]) if page.after else 0
        return [row for row in wanted if row.no > after][: page.limit]

    async def settle(self, settled: Sequence[Uncounted]) -> None:
        """Replace."""
        self.rows |= {row.difference.id: row for row in settled}
