"""A shift's work on all services, and what each of its people has done."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tests.flows.plant import Plant
from tests.flows.press import PRESS, Press

GOOD, STEEL = Decimal("2.5"), Decimal(4)
"""Kilograms that a line's report makes, and of what."""
_PAUSE = 0.25


@dataclass
class Shift:
    """A shift's work: lines report, a press counts, an inspector frees half of what the lines made.

    A steward edits, and somebody watches the press.
    """

    plant: Plant
    orders: Sequence[str]
    press: Press
    over: asyncio.Event = field(default_factory=asyncio.Event)
    confirmed: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """For whoever watches."""
        confirmed, freed = self.confirmed.total(), self.accepted.total()
        return f"{confirmed} confirmed, {freed} freed, {self.press.good.total()} kg pressed"

    def begin(self, work: asyncio.TaskGroup) -> None:
        """Everybody, until it is over."""
        for order in self.orders:
            work.create_task(self.line(order))
        for duty in (self.inspector, self.steward, self.watcher):
            work.create_task(duty())
        work.create_task(self.press.work(self.over))

    async def line(self, order: str) -> None:
        """One report after the other."""
        while not self.over.is_set():
            await self.plant.confirm(order, self.confirmed[order] + 1)
            self.confirmed[order] += 1
            await asyncio.sleep(_PAUSE)

    async def inspector(self) -> None:
        """Split after split, each as large as one report's yield."""
        mine = self.orders[::2]
        while not self.over.is_set():
            for one in await self.plant.inspections():
                decided = int(Decimal(one.decided.value or "0") / GOOD)
                open_ = Decimal(one.submitted.value) - GOOD * decided
                if one.order_no in mine and open_ >= GOOD:
                    await self._accept(one.inspection_no, one.order_no, decided + 1)
            await asyncio.sleep(_PAUSE)

    async def steward(self) -> None:
        """Plants and items get new names for ever."""
        edit = 0
        while not self.over.is_set():
            edit += 1
            await self.plant.describe(f"edition {edit}")
            await asyncio.sleep(_PAUSE)

    async def watcher(self) -> None:
        """Asks for the press as telemetry shows it."""
        while not self.over.is_set():
            await self.plant.look(PRESS)
            await asyncio.sleep(_PAUSE)

    async def _accept(self, inspection_no: str, order: str, split: int) -> None:
        await self.plant.accept(inspection_no, split, str(GOOD))
        self.accepted[order] = split
