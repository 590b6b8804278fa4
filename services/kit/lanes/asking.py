"""One request to an outside system, bounded in time; whatever is no answer is Unknown."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.kit import log
from services.kit.lanes.outcome import Unknown
from services.kit.store import forbid_work

_log = log.logger(__name__)
_Answer = TypeVar("_Answer")


async def ask(
    seconds: float, request: Callable[..., Awaitable[_Answer]], *arguments: object
) -> _Answer | Unknown:
    """The answer to `request(*arguments)`, awaited for `seconds`; no transaction may be open."""
    forbid_work()
    try:
        async with asyncio.timeout(seconds):
            return await request(*arguments)
    except TimeoutError:
        return Unknown(f"no answer within {seconds} s")
    except Exception as error:  # noqa: BLE001 - an adapter that fails has told us nothing
        _log.exception("an adapter failed", request=request.__qualname__)
        return Unknown(f"{type(error).__name__} in the adapter")
