"""Bad days of an API server: what goes wrong, how often, and for whom."""

import asyncio
import random
from dataclasses import dataclass, field, replace
from typing import Literal

from aiohttp import web

from tools.simulators.kubernetes.refusals import RefusedError

What = Literal[
    "reset",  # the connection breaks and nothing was done
    "lost",  # done, and the connection breaks
    "hang",  # no answer until the weather clears, then nothing was done
    "slow",  # `seconds` late
    "status",  # answers `code`
    "nonsense",  # answers 200 with a page for people, as a proxy does
]


@dataclass(frozen=True)
class Fault:
    """`count` visits are hurt (None: until cleared), each with `chance`.

    `method` and `path` pick those whose method is that and whose path contains that.
    """

    what: What
    method: str = ""
    path: str = ""
    count: int | None = None
    chance: float = 1.0
    seconds: float = 0.0
    code: int = 500


@dataclass
class Weather:
    """The faults in force; `struck` counts what they hurt."""

    faults: list[Fault] = field(default_factory=list)
    struck: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    _cleared: asyncio.Event = field(default_factory=asyncio.Event)

    def bring(self, *faults: Fault) -> None:
        """Exactly these from now on; who hangs is let go."""
        self.faults = list(faults)
        self._cleared.set()
        self._cleared = asyncio.Event()

    async def pass_over(self, request: web.Request) -> Fault | None:
        """Do what is to be done before the request is; the fault, when the answer is lost too."""
        fault = self._next(request)
        if fault is None:
            return None
        self.struck += 1
        if fault.what == "hang":
            await self._cleared.wait()
        if fault.what in ("hang", "reset"):
            raise ConnectionAbortedError
        if fault.what == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.what == "status":
            raise RefusedError(fault.code, "Weather", "it rains")
        return fault

    def _next(self, request: web.Request) -> Fault | None:
        for place, fault in enumerate(self.faults):
            meant = fault.method in ("", request.method) and fault.path in request.path_qs
            if meant and fault.count != 0 and self.dice.random() < fault.chance:
                if fault.count is not None:
                    self.faults[place] = replace(fault, count=fault.count - 1)
                return fault
        return None
