"""Facts that another process brings about: asked again and again, with an end to the patience."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from psycopg.errors import LockNotAvailable

from services.kit.errors import DomainError, UnavailableError

_T = TypeVar("_T")
_TRIES = 30


async def until(
    fact: Callable[[], Awaitable[object]], seconds: float = 60.0, *, every: float = 0.05
) -> None:
    """Wait for a fact; a service that cannot be asked yet has not told of it.

    Raises AssertionError after `seconds`.
    """
    try:
        async with asyncio.timeout(seconds):
            while not await _holds(fact):  # noqa: ASYNC110 - it sets no event of ours
                await asyncio.sleep(every)
    except TimeoutError:
        raise AssertionError(f"not within {seconds:g} s: {fact}") from None


async def insist(call: Callable[[], Awaitable[_T]], seconds: float = 60.0) -> _T:
    """Ask until somebody answers; whatever we ask carries its key, so it happens once."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                return await call()
            except UnavailableError:
                await asyncio.sleep(0.1)


async def in_the_end(call: Callable[[], Awaitable[_T]]) -> _T:
    """Do what competes for rows and connections: too long a wait is an honest "try again"."""
    for _ in range(_TRIES):
        try:
            return await call()
        except (LockNotAvailable, UnavailableError):
            continue
    return await call()


async def _holds(fact: Callable[[], Awaitable[object]]) -> bool:
    try:
        return bool(await fact())
    except DomainError:
        return False
