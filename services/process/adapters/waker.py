"""Between a commit and its activation: wakes are passed to the engine in the background."""

import asyncio
from collections.abc import Sequence

from services.kit.checkpoint import reach
from services.kit.components import status
from services.kit.errors import UnavailableError
from services.kit.log import logger
from services.process.ports import ProcessRuntime, Wake

_MOST = 10_000
_log = logger(__name__)


class Waker:
    """A hint passed on soon; what is lost here, the sweeper finds."""

    def __init__(self, runtime: ProcessRuntime) -> None:
        self._runtime = runtime
        self._waiting: dict[tuple[str, str], Wake] = {}
        self._news = asyncio.Event()

    def wake(self, wakes: Sequence[Wake]) -> None:
        """Called after the commit of their facts; one of a flow and saga is enough."""
        reach("process.fact_committed")
        for one in wakes:
            if len(self._waiting) < _MOST:
                self._waiting.setdefault((one.saga, one.flow), one)
        self._news.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped; what waits then is the sweeper's."""
        stopped = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                news = asyncio.ensure_future(self._news.wait())
                await asyncio.wait({news, stopped}, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                await self._pass_on()
        finally:
            stopped.cancel()

    async def _pass_on(self) -> None:
        self._news.clear()
        wakes, self._waiting = list(self._waiting.values()), {}
        try:
            await self._runtime.start(wakes)
            status().active()
        except UnavailableError as error:
            status().degraded(str(error))
            _log.warning("wakes are left to the sweeper", count=len(wakes), why=str(error))
