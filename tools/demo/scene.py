"""What every act of the story has at hand, and how it waits: for facts, with an end to it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from plantmesh.mes.v1 import work_orders_pb2 as mes

from services.kit.errors import UnavailableError
from tools.demo.crew import Crew, order_keys
from tools.demo.erp.port import Erp
from tools.demo.graph import Graph
from tools.demo.inspector import Inspector
from tools.demo.shift import PLANT, Shift
from tools.mesh.mesh import Mesh
from tools.simulators.line.papers import Made, Paper, Told, made, read_counts
from tools.simulators.line.place import Place as LinePlace

T = TypeVar("T")

_LOOK_AGAIN = 0.1


class DemoError(Exception):
    """Something of the story did not happen."""


@dataclass
class Happened:
    """A line of the table at the end."""

    what: str
    count: int
    about: str


@dataclass
class Scene:
    """The plant while the story goes on. `say` hears of its progress."""

    mesh: Mesh
    crew: Crew
    graph: Graph
    shift: Shift
    erp: Erp
    line: LinePlace
    say: Callable[[str], None]
    inspector: Inspector
    happened: list[Happened] = field(default_factory=list)

    def made(self) -> list[Made]:
        """What the line counted so far, step by step."""
        return list(made(self._papers()))

    def pieces(self) -> int:
        """How many that is, good or not."""
        return sum(one.good + one.scrap for one in self.made())

    def ended(self) -> list[Told]:
        """Orders whose end the platform took, in its order."""
        return [paper for paper in self._papers() if isinstance(paper, Told)]

    async def work_orders(self) -> list[mes.WorkOrder]:
        """As mes has them now."""
        keys = order_keys(PLANT, self.shift.orders)
        request = mes.BatchGetWorkOrdersRequest(keys=keys)
        return list((await self.crew.work_orders.BatchGetWorkOrders(request)).orders)

    async def counted(self) -> int:
        """Pieces that mes knows of, good or not."""
        orders = await self.work_orders()
        return sum(int(Decimal(one.good.value) + Decimal(one.scrap.value)) for one in orders)

    def note(self, what: str, count: int, about: str) -> None:
        """Remember for the table at the end."""
        self.happened.append(Happened(what, count, about))

    async def until(
        self,
        fact: Callable[[], Awaitable[T | None]],
        what: str,
        *,
        log: str,
    ) -> T:
        """Wait for a true `fact`, and return it; the inspector works on meanwhile.

        Raises DemoError saying `what` did not happen in time, and which `log` may say why.
        """
        seconds = self.erp.patience
        deadline = time.monotonic() + seconds
        while True:
            self._line_works()
            try:
                await self.inspector.round()
                if found := await fact():
                    return found
            except UnavailableError as error:
                away = f"; last: {error}"
            else:
                away = ""
            if time.monotonic() >= deadline:
                raise DemoError(
                    f"{what}: not within {seconds:g} s{away}\n  its log: {self._log(log)}"
                )
            await asyncio.sleep(_LOOK_AGAIN)

    def _papers(self) -> Iterator[Paper]:
        return read_counts(self.line.counts)

    def _line_works(self) -> None:
        for each in self.mesh.supervisor.watched:
            if each.server.name == "line-0" and not each.server.alive:
                raise DemoError(f"the line's process ended:\n{each.server.child.tail()}")

    def _log(self, name: str) -> Path:
        return self.mesh.root / "log" / f"{name}.log"
