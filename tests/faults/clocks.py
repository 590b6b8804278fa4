"""A process whose wall clocks jump back an hour and forth again, all the time."""

import asyncio
import datetime
import sys
import time
from dataclasses import dataclass

from tests.faults.counters import Counters
from tests.faults.place import Place
from tests.faults.process import Role

HOUR = 3600
_PERIOD = 0.1


@dataclass(frozen=True)
class Jumping:
    """A role in such a process; who reads a wall clock there is counted by module."""

    role: Role

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Run the role with clocks that cannot be trusted."""
        distrust(place.counters)
        await self.role.run(place, name, stop)


def distrust(counters: Counters) -> None:
    """Replace every way to the wall clock that our modules have."""
    real = time.time_ns

    def shift() -> int:
        """Seconds: an hour back in every other tenth of a second, told by a clock that is true."""
        return HOUR if int(time.monotonic() / _PERIOD) % 2 else 0

    def read() -> int:
        counters.note(f"clock.{sys._getframe(2).f_globals['__name__']}")
        return real() - shift() * 1_000_000_000

    class Jumpy(datetime.datetime):
        """A datetime whose now() follows the jumping clock."""

        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Jumpy":
            """The wrong time."""
            return cls.fromtimestamp(read() / 1e9, tz)

    time.time = lambda: read() / 1e9
    time.time_ns = lambda: read()
    for name, module in list(sys.modules.items()):
        if name.startswith("services.") and vars(module).get("datetime") is datetime.datetime:
            vars(module)["datetime"] = Jumpy
