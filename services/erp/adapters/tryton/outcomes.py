"""What Tryton's answers mean to a lane. HTTP 200 is no success: errors come with it too."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from services.kit.errors import UnavailableError
from services.kit.http import wait_asked
from services.kit.lanes.outcome import (
    Conflict,
    NeedsConfirmation,
    Outcome,
    Rejected,
    Unavailable,
    Unknown,
)

NOT_CALLABLE = "not_callable"
_REFUSALS = (
    (
        re.compile("period .* is closed|period close|must create a period", re.I),
        "period_closed",
        "business_date",
    ),
    (re.compile("^You can not call "), NOT_CALLABLE, ""),
    (re.compile("not allowed|access", re.I), "not_allowed", ""),
)
_GONE = re.compile("records .* that don't exist", re.S)
"""Somebody deleted what we had just seen."""
_LONGEST_REASON = 300
_ROLLED_BACK = ("could not serialize", "deadlock detected", "could not obtain lock")
_NOT_SERVED = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""Refused as a whole; 404 is what trytond says while its database cannot be reached."""


class StoppedError(Exception):
    """A request did not bring what it should; `outcome` says what that means."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class WarnedError(StoppedError):
    """Tryton asks before it goes on; `name` is what an answer must repeat."""

    def __init__(self, name: str, message: str) -> None:
        self.name = name
        self.code = name.rpartition(".")[2]
        super().__init__(NeedsConfirmation(message, self.code))


def rejected(reason: str, field: str, code: str) -> StoppedError:
    """A business refusal of ours, read from Tryton's own books."""
    return StoppedError(Rejected(reason, field, code))


def in_doubt(stopped: StoppedError) -> Unknown:
    """What it means after the posting call was sent."""
    return Unknown(getattr(stopped.outcome, "reason", str(stopped)))


def as_reading(stopped: StoppedError) -> StoppedError:
    """What it means where nothing was to change."""
    outcome = stopped.outcome
    return StoppedError(Unavailable(outcome.reason)) if isinstance(outcome, Unknown) else stopped


def unavailable(stopped: StoppedError) -> UnavailableError:
    """What it means to whoever only reads."""
    return UnavailableError(getattr(stopped.outcome, "reason", "Tryton asks something back"))


def of_status(status: int, headers: Mapping[str, str]) -> StoppedError:
    """An HTTP status other than 200."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        # Tryton says not how long; its own delay is a second at least.
        wait = wait_asked(headers) or 1.0
        return StoppedError(Unavailable("too fast for Tryton", wait, throttled=True))
    if status in _NOT_SERVED:
        return StoppedError(Unavailable(f"Tryton answered {status}", wait_asked(headers)))
    return StoppedError(Unknown(f"Tryton answered {status}"))


def of_error(error: Any) -> StoppedError:
    """The `error` of an answer: a kind and its words, or what broke and where."""
    match error:
        case ["UserWarning", [str(name), str(message), *more]]:
            return WarnedError(name, _words(message, more))
        case ["UserError", [str(message), *more]]:
            return _refusal(_words(message, more))
        case ["ConcurrencyException", *_]:
            return StoppedError(Conflict("somebody else changed it meanwhile"))
        case ["LoginException", *_]:
            return StoppedError(Unavailable("Tryton asks for more than a password"))
        case [str(broken), *_] if any(sign in broken for sign in _ROLLED_BACK):
            return StoppedError(Conflict("Tryton took it back: others were at work on it"))
        case [str(broken), *_]:
            # What follows is where it broke, in Tryton's own source.
            return StoppedError(Unknown(f"Tryton failed: {broken[:200]}"))
        case _:
            return StoppedError(Unknown("Tryton failed"))


def _refusal(message: str) -> StoppedError:
    if _GONE.search(message):
        return StoppedError(Conflict("somebody else deleted it meanwhile"))
    for pattern, code, field in _REFUSALS:
        if pattern.search(message):
            return rejected(message, field, code)
    return rejected(message, "", "rejected")


def _words(message: str, more: list[Any]) -> str:
    described = more[0] if more and isinstance(more[0], str) else ""
    return f"{message} {described}".strip()[:_LONGEST_REASON]
