"""Through what a change came, ambient in the task that makes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from services.kit.access.principal import find_principal
from services.kit.signals import carrier


@dataclass(frozen=True, slots=True)
class Source:
    """`method` is the command's name, or "consumer < event type"; `reason` is the request's."""

    method: str = ""
    reason: str = ""


_NOT_TOLD = Source()
_told: ContextVar[Source] = ContextVar("audit_source", default=_NOT_TOLD)


@contextmanager
def told_by(method: str, reason: object = "") -> Iterator[None]:
    """What is recorded inside came through `method`; a `reason` that is no text is left out."""
    before = _told.set(Source(method, reason if isinstance(reason, str) else ""))
    try:
        yield
    finally:
        _told.reset(before)


def source() -> Source:
    """Of the change that is being made."""
    return _told.get()


def who(service: str) -> tuple[str, str]:
    """Who is named, and whose token it was where that is somebody else (a service on behalf)."""
    principal = find_principal()
    if principal is None:
        return f"service:{service}", ""
    return principal.actor, principal.subject if principal.on_behalf_of else ""


def correlation() -> str:
    """The id of the trace, "" outside of one."""
    traceparent = carrier()
    return traceparent.split("-")[1] if traceparent else ""
