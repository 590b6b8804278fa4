"""The books of telemetry in memory, all or nothing; use_cases.py holds them to PostgreSQL."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace

from services.kit.clock import ManualClock
from services.kit.elector import superseded
from services.kit.paging import Page
from services.telemetry.domain.equipment import Mark
from services.telemetry.domain.keys import OrderKey
from services.telemetry.domain.machine import Machine, Report
from services.telemetry.ports import Books
from tests.unit.telemetry.pulse import Pulse
from tests.unit.telemetry.reports import NOON


@dataclass
class Rows:
    """What a transaction changes and a rollback restores."""

    machines: dict[str, Machine] = field(default_factory=dict)
    told: list[tuple[int, Report]] = field(default_factory=list)
    terms: dict[str, tuple[int, int]] = field(default_factory=dict)

    def sorted(self) -> list[Machine]:
        """By path."""
        return [self.machines[path] for path in sorted(self.machines)]


class MemoryMachines:
    """ports.Machines."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def open(self, epoch: int, equipment: Collection[str]) -> dict[str, Machine]:
        """Nobody else is here."""
        for path in equipment:
            machine = self._rows.machines.setdefault(path, Machine(path, epoch))
            if machine.epoch > epoch:
                raise superseded(epoch)
            machine.epoch = epoch
        return await self.get(equipment)

    async def save(self, machines: Collection[Machine]) -> None:
        """Over the old ones."""
        self._rows.machines |= {machine.equipment: replace(machine) for machine in machines}

    async def marks(self, equipment: Collection[str]) -> dict[str, Mark]:
        """Those known."""
        return {path: machine.mark for path, machine in (await self.get(equipment)).items()}

    async def get(self, equipment: Collection[str]) -> dict[str, Machine]:
        """Copies: what is not saved is not kept."""
        kept = self._rows.machines
        return {path: replace(kept[path]) for path in equipment if path in kept}

    async def page(self, plant: str, page: Page) -> Sequence[Machine]:
        """By path."""
        [after] = page.after or ("",)
        found = [
            one for one in self._rows.sorted() if one.plant == plant and one.equipment > str(after)
        ]
        return found[: page.limit]

    async def walk(self, after: str) -> Sequence[Machine]:
        """Two at a time."""
        return [one for one in self._rows.sorted() if one.equipment > after][:2]

    async def at_work(self, orders: Collection[OrderKey]) -> dict[OrderKey, list[str]]:
        """By path."""
        found: defaultdict[OrderKey, list[str]] = defaultdict(list)
        for one in self._rows.sorted():
            key = OrderKey(one.plant, one.order_no)
            if one.order_no and key in orders:
                found[key].append(one.equipment)
        return dict(found)


class MemoryFacts:
    """ports.Facts."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def tell(self, epoch: int, fact: Report) -> None:
        """In order."""
        self._rows.told.append((epoch, fact))


class MemoryTerms:
    """ports.Terms."""

    def __init__(self, rows: Rows) -> None:
        self._terms = rows.terms

    async def highest(self, plants: Collection[str]) -> int:
        """Of any of them."""
        return max((self._terms[one][0] for one in plants if one in self._terms), default=0)

    async def begin(self, epoch: int, plants: Collection[str]) -> None:
        """All or none: a refusal rolls back."""
        if await self.highest(plants) >= epoch:
            raise superseded(epoch)
        for plant in plants:
            _, beat = self._terms.get(plant, (0, -1))
            self._terms[plant] = epoch, beat + 1

    async def beat(self, epoch: int, plants: Collection[str]) -> None:
        """All or none."""
        for plant in plants:
            now, beat = self._terms.get(plant, (0, 0))
            if now != epoch:
                raise superseded(epoch)
            self._terms[plant] = epoch, beat + 1

    async def beats(self) -> dict[str, tuple[int, int]]:
        """All plants."""
        return dict(self._terms)


class MemoryHub:
    """Units of work over books in memory."""

    def __init__(self) -> None:
        self.pulse = Pulse()
        self._rows = Rows()

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        rows = deepcopy(self._rows)
        books = MemoryMachines(rows), MemoryFacts(rows), MemoryTerms(rows)
        yield Books(*books, self.pulse, ManualClock(NOON))
        self._rows = rows

    async def told(self) -> list[tuple[int, str, str]]:
        """Epoch, path and what was told of it, in order."""
        return [(epoch, one.equipment, type(one).__name__) for epoch, one in self._rows.told]
