"""What a process does every now and then: prune, count, look."""

import asyncio
from collections.abc import Awaitable, Callable

from redis.exceptions import RedisError

from services.kit.components import status
from services.kit.errors import UnavailableError
from services.kit.store import CONNECTION_LOST, RETRIED

_PASSING: tuple[type[Exception], ...] = (UnavailableError, RedisError, *RETRIED, *CONNECTION_LOST)


class Rounds:
    """Calls `act` at once and then every `seconds`; degraded while a server refuses it."""

    def __init__(self, act: Callable[[], Awaitable[object]], *, seconds: float) -> None:
        self._act = act
        self._seconds = seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped, between two rounds."""
        while not stop.is_set():
            try:
                await self._act()
                status().active()
            except _PASSING as error:
                status().degraded(str(error))
            try:
                async with asyncio.timeout(self._seconds):
                    await stop.wait()
            except TimeoutError:
                continue
