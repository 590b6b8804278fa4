"""A press that nobody reports for: collectors read it over OPC UA, and mes books what it counts."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from pathlib import Path

from services.telemetry.adapters.opcua.certificate import own_identity, private_folder
from tests.flows.plant import HEAT
from tests.shopfloor import PLANT, UNIT, USED
from tools.mesh.ports import Ports
from tools.simulators.line.panel import Panel
from tools.simulators.line.papers import State
from tools.simulators.line.place import PORT, Place
from tools.simulators.line.sources import let_in, write_sources
from tools.simulators.line.tally import Tally

PRESS = f"{PLANT}/hall-1/press-1"
STROKES = 6
"""For an order, before the next one's turn."""
STEEL = Decimal("1.5")
"""Of each stroke, which makes 1 kg."""
_CYCLE = (State.STARTING, State.EXECUTE, State.COMPLETING, State.COMPLETE, State.RESETTING)
_PAUSE = 0.08


@dataclass(frozen=True)
class Press:
    """Works on `orders` in turn; its own count, on disk, is what the books must say."""

    place: Place
    tally: Tally
    panel: Panel
    orders: Sequence[str]

    async def work(self, over: asyncio.Event) -> None:
        """Stroke after stroke, until it is over."""
        for order in cycle(self.orders):
            await self._change(order=order, lot=f"L-{order}", item=USED, input_lot=HEAT)
            for _ in range(STROKES):
                await self._stroke()
                if over.is_set():
                    return

    @property
    def good(self) -> Counter[str]:
        """Kilograms by order."""
        made = Counter[str]()
        for one in self.tally.made():
            made[one.order] += one.good
        return made

    async def _stroke(self) -> None:
        for state in _CYCLE:
            await self._change(state=state)
            await asyncio.sleep(_PAUSE)
        last = self.tally.shown[-1]
        await self._change(state=State.IDLE, good=last.good + 1, used=last.used + STEEL)

    async def _change(self, **changes: object) -> None:
        await self.tally.change(self.panel.show, **changes)


@asynccontextmanager
async def open_press(root: Path, orders: Sequence[str], collectors: int) -> AsyncIterator[Press]:
    """Served from this process to the collectors of a mesh under `root`, and to nobody else."""
    place = Place(root / "line")
    port = Ports(root / "run" / "ports.json").take(PORT)
    write_sources(place, port, PRESS)
    for name in (f"telemetry-{number}" for number in range(collectors)):
        let_in(place, name, own_identity(private_folder(root / "edge" / name)).certificate)
    press = Press(place, Tally(place.counts), Panel(place, port, (UNIT, UNIT)), orders)
    await press.panel.open(press.tally.shown)
    yield press
    await press.panel.close()
