"""The runner of every service: parts come up in order and go down in reverse, each one drained.

A `__main__` is `run("mes", MesSettings(), compose)`; `compose(service, settings)` adds relay,
consumers and lanes, then the ports that callers reach. SIGTERM takes readiness away first, then
the ports stop side by side, the other parts one by one down to the relay, and the store is closed
last; all of it within `drain_seconds`. A part that ends by itself ends the process: whatever it
left half done is safe to find.
"""

import asyncio
import faulthandler
import gc
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import NoReturn, Protocol, TypeVar

import uvloop

from services.kit import log, signals
from services.kit.access.keys import IssuerKeys
from services.kit.access.tokens import Verifier
from services.kit.clock import SystemClock
from services.kit.components import Component, Components, reporting
from services.kit.rpc.health import Health, Probe
from services.kit.settings import ServiceSettings
from services.kit.signals import setup
from services.kit.store import Store

S = TypeVar("S", bound=ServiceSettings)

GC_THRESHOLD = 50_000

_log = log.logger(__name__)


class Part(Protocol):
    """What a service is made of: a server, a relay, consumers, lanes, an elector."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, finish what was begun, return."""
        ...


@dataclass
class _Placed:
    part: Part
    component: Component
    reports: bool
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] = field(init=False)

    def start(self) -> asyncio.Task[None]:
        self.task = asyncio.create_task(self._run(), name=self.component.name)
        return self.task

    async def _run(self) -> None:
        with reporting(self.component):
            if not self.reports:
                self.component.active()
            await self.part.run(self.stop)


class Service:
    """One process. `store` and `verifier` are there for its parts."""

    def __init__(self, settings: ServiceSettings) -> None:
        clock = SystemClock()
        keys = IssuerKeys(str(settings.jwks_url), clock)
        self.store = Store(settings.database_url.get_secret_value(), pool_size=settings.pool_size)
        signals.observe("plantmesh.database.connections", self._lent)
        self.verifier = Verifier(keys, settings.issuer, settings.audience, clock)
        self.components = Components()
        self._settings = settings
        self._health = Health(bind=str(settings.bind), port=settings.health_port)
        self._placed: list[_Placed] = []
        self._open = AsyncExitStack()
        self.closing(self.store.close)
        self._asked = asyncio.Event()

    def add(self, name: str, part: Part, *, serving: bool = False, reports: bool = False) -> None:
        """Place `part` after those before it; a `serving` one that is not well means not ready.

        A part that `reports` is starting until it says more (kit.components.status).
        """
        component = self.components.add(name, serving=serving)
        self._placed.append(_Placed(part, component, reports))
        if port := getattr(part, "port", None):
            _log.info("listening", component=name, port=port)

    def closing(self, close: Callable[[], Awaitable[None]]) -> None:
        """Call `close` when every part has stopped; the newest first."""
        self._open.push_async_callback(close)

    async def run(self) -> bool:
        """Live until a signal, or until a part dies; True when all ended as they should."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ask_to_stop, number)
        await self._health.start()
        _log.info("listening", component="health", port=self._health.port)
        telling = asyncio.create_task(self._tell())
        async with self._open:
            await self._life([placed.start() for placed in self._placed])
            self.components.drain()
            ended = await self._end_all()
        telling.cancel()
        await self._health.stop()
        return ended

    def _lent(self) -> list[signals.Reading]:
        in_use, limit = self.store.connections()
        return [(in_use, {"state": "in_use"}), (limit, {"state": "limit"})]

    def _ask_to_stop(self, number: int) -> None:
        _log.info("asked to stop", signal=signal.Signals(number).name)
        if self._asked.is_set():
            # Twice means now; every part survives kill -9 anyway.
            os._exit(128 + number)
        self._asked.set()

    async def _life(self, tasks: list[asyncio.Task[None]]) -> None:
        asked = asyncio.create_task(self._asked.wait())
        await asyncio.wait({asked, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if self._asked.is_set():
            self.components.drain()
            await asyncio.sleep(self._settings.unready_seconds)

    async def _end_all(self) -> bool:
        """Stop everything; each may take half of what is left, so that the next has its time."""
        began = time.monotonic()

        def patience() -> float:
            return (began + self._settings.drain_seconds - time.monotonic()) / 2

        ports = [placed for placed in self._placed if placed.component.serving]
        others = [placed for placed in reversed(self._placed) if not placed.component.serving]
        ended = await asyncio.gather(*(self._end(placed, patience()) for placed in ports))
        ended += [await self._end(placed, patience()) for placed in others]
        _log.info("drained", seconds=round(time.monotonic() - began, 3))
        return all(ended)

    async def _end(self, placed: _Placed, seconds: float) -> bool:
        """Stop one part; True if it had not died and was in time."""
        task = placed.task
        died = task.done()
        placed.stop.set()
        _, late = await asyncio.wait({task}, timeout=seconds)
        if late:
            task.cancel()
            await asyncio.wait({task}, timeout=1)
        error = task.exception() if task.done() and not task.cancelled() else None
        if died or late or error:
            what = "died" if died else "did not stop in time" if late else "failed while stopping"
            _log.error("a part " + what, component=placed.component.name, exc_info=error)
        placed.component.stopped()
        return not (died or late or error)

    async def _tell(self) -> None:
        """Pass every change of health on to the health port."""
        changed = asyncio.Event()
        self.components.watch(lambda _: changed.set())
        while True:
            await changed.wait()
            changed.clear()
            health = self.components.health
            await self._health.set(Probe.STARTUP, health.startup)
            await self._health.set(Probe.READINESS, health.readiness)
            await self._health.set(Probe.LIVENESS, health.liveness)


def run(name: str, settings: S, compose: Callable[[Service, S], Awaitable[None]]) -> NoReturn:
    """Be the process of service `name`; exits 0 when it was asked to stop and could."""
    # What no Python code can log, a crash in a driver's native part, leaves its stack at least.
    faulthandler.enable()
    log.configure(name, settings.instance, level=settings.log_level)
    export = setup.Export(
        otlp_endpoint=str(settings.otlp_endpoint or ""),
        trace_share=settings.trace_share,
        trace_statements=settings.trace_statements,
        metrics_bind=str(settings.bind),
        metrics_port=settings.metrics_port,
    )
    running = setup.start(name, settings.instance, export)
    try:
        good = uvloop.run(_live(settings, compose))
    except Exception:  # noqa: BLE001 - the end of the process: it goes to the log
        _log.exception("the service could not run")
        good = False
    finally:
        running.close()
    _log.info("ended", good=good)
    sys.exit(0 if good else 1)


async def _live(settings: S, compose: Callable[[Service, S], Awaitable[None]]) -> bool:
    service = Service(settings)
    await compose(service, settings)
    # What is loaded by now lives as long as the process; the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    return await service.run()
