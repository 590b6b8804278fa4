"""One replica's edge: a reader of a press, and what it has to tell."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from services.kit.clock import Clock, SystemClock
from services.kit.components import Component, reporting
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.adapters.opcua.certificate import own_identity, private_folder
from services.telemetry.adapters.opcua.reader import OpcUaReader
from services.telemetry.adapters.sources import read_sources
from services.telemetry.domain.equipment import StateChange
from services.telemetry.domain.look import Look
from tests.component.telemetry.plc import node

PRESS = "lyon/hall-1/press-1"
_FILE = """
sources:
- name: press
  endpoint: {endpoint}
  equipment:
  - equipment: {path}
    state: {State}
    mode: {Mode}
    order: {Order}
    lot: {Lot}
    counters:
    - {{name: good, kind: good, node: "{Good}", retained: true}}
    - {{name: scrap, kind: scrap, node: "{Scrap}", retained: true, reason: "{Reason}"}}
    - {{name: used, kind: consumed, node: "{Used}", retained: true, item: FLOUR, lot: "{Material}"}}
"""


class Served(Protocol):
    """A press at an address; `shown` are its nodes."""

    @property
    def endpoint(self) -> str:
        """Where clients find it."""
        ...

    @property
    def shown(self) -> Mapping[str, Any]:
        """By name."""
        ...


def sources_file(press: Served, folder: Path) -> Path:
    """All of its nodes."""
    nodes = {name: node(name) for name in press.shown}
    path = folder / "sources.yaml"
    path.write_text(_FILE.format(endpoint=press.endpoint, path=PRESS, **nodes))
    return path


class Edge:
    """`looks` and `states` are all it told so far."""

    def __init__(self, buffer: Buffer, component: Component) -> None:
        self.buffer = buffer
        self.component = component
        self.looks: list[Look] = []
        self.states: list[StateChange] = []
        self._changed = asyncio.Event()
        component.changed = self._changed.set

    async def until(self, told: Callable[["Edge"], bool]) -> None:
        """Take what it has to tell until that is so."""
        async with asyncio.timeout(30):
            while True:
                while batch := await self.buffer.first(500):
                    self.looks += batch.looks
                    self.states += batch.states
                    await self.buffer.forget(batch.until)
                if told(self):
                    return
                await self.buffer.arrived.wait()

    async def reports(self, reason: str) -> None:
        """Wait until its component gives a reason that contains that."""
        async with asyncio.timeout(30):
            while reason not in self.component.reason:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def open_edge(
    press: Served, folder: Path, file: str = "", *, password: str = "", clock: Clock | None = None
) -> AsyncIterator[Edge]:
    """It reads until the end; `file` replaces the sources file."""
    path = sources_file(press, private_folder(folder))
    if file:
        path.write_text(file)
    (source,) = read_sources(path)
    buffer = Buffer(folder / "buffer.sqlite")
    edge = Edge(buffer, Component("source press"))
    reader = OpcUaReader(source, own_identity(folder), password, buffer, clock or SystemClock())
    stop = asyncio.Event()
    with reporting(edge.component):
        running = asyncio.create_task(reader.run(stop))
    try:
        yield edge
    finally:
        stop.set()
        await running
        await buffer.close()
