"""How long the call being served may still take; what it calls in turn may not take longer."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from services.kit.errors import UnavailableError

DEFAULT = 10.0
"""Seconds for a call whose caller named none."""

_ends: ContextVar[float | None] = ContextVar("deadline", default=None)


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Stop what is inside after `seconds`; raises UnavailableError then."""
    before = _ends.set(time.monotonic() + seconds)
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        if limit.expired():
            raise UnavailableError("the deadline has passed", code="deadline_exceeded") from None
        raise
    finally:
        _ends.reset(before)


def remaining(default: float) -> float:
    """Seconds for a call from here: `default`, or what is left if that is less."""
    ends = _ends.get()
    return default if ends is None else min(default, ends - time.monotonic())
