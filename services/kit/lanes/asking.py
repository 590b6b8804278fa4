"""One request to an outside system, bounded in time; whatever is no answer is Unknown."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from services.kit import log
from services.kit.lanes.outcome import Unknown
from services.kit.signals import span
from services.kit.store import forbid_work
from services.kit.text import is_storable, storable

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
                answer: _Answer = _kept(await request(*arguments))
                return answer
    except TimeoutError:
        return Unknown(f"no answer within {seconds} s")
    except Exception as error:  # noqa: BLE001 - an adapter that fails has told us nothing
        _log.exception("an adapter failed", request=request.__qualname__)
        return Unknown(f"{type(error).__name__} in the adapter")


def _kept(answer: Any) -> Any:
    """The answer without characters that no row can keep: its words are another's."""
    if isinstance(answer, Mapping):
        return {reference: _kept(found) for reference, found in answer.items()}
    if not is_dataclass(answer) or isinstance(answer, type):
        return answer
    said = {one.name: getattr(answer, one.name) for one in fields(answer)}
    bad = {
        name: storable(text)
        for name, text in said.items()
        if isinstance(text, str) and not is_storable(text)
    }
    return replace(answer, **bad) if bad else answer
