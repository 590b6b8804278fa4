"""One request to an outside system, bounded in time; whatever is no answer is Unknown."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from services.kit import log
from services.kit.lanes.outcome import Unknown
from services.kit.signals import span
from services.kit.store import forbid_work

_log = log.logger(__name__)
_Answer = TypeVar("_Answer")


async def ask(
    seconds: float,
    request: Callable[..., Awaitable[_Answer]],
    *arguments: object,
    about: Iterable[str] = (),
) -> _Answer | Unknown:
    """The answer to `request(*arguments)`, awaited for `seconds`; no transaction may be open.

    `about` are the traceparents of what is asked about, where no span is open that leads there.
    """
    forbid_work()
    what = {"request": getattr(request, "__name__", "request")}
    try:
        with span("plantmesh.lane.request", links=about, attributes=what, outward=True):
            async with asyncio.timeout(seconds):
                return await request(*arguments)
    except TimeoutError:
        return Unknown(f"no answer within {seconds} s")
    except Exception as error:  # noqa: BLE001 - an adapter that fails has told us nothing
        _log.exception("an adapter failed", request=request.__qualname__)
        return Unknown(f"{type(error).__name__} in the adapter")
