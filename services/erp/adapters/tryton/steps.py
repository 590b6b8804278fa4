"""A posting is several calls: do what is missing, look again, until there is nothing left to do.

Whatever died in between is met by the next look, so that a repeat ends like the first try.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.erp.adapters.tryton.outcomes import NOT_CALLABLE, StoppedError, in_doubt
from services.kit.lanes.outcome import Outcome, Rejected, Unavailable, Unknown

_MOST_STEPS = 30


@dataclass(frozen=True, slots=True)
class Step:
    """A call that changes something. `books` = after it the posting may stand."""

    name: str
    call: Callable[[], Awaitable[None]]
    books: bool = False


async def walk(look: Callable[[], Awaitable[Step | Outcome]]) -> Outcome:
    """The outcome that `look` comes to; a step that it asks for twice did nothing."""
    last, refusal = Step("", _nothing), None
    for _ in range(_MOST_STEPS):
        try:
            found = await look()
        except StoppedError as stopped:
            silent = isinstance(stopped.outcome, Unavailable)
            return in_doubt(stopped) if last.books and silent else stopped.outcome
        if not isinstance(found, Step):
            return found
        if found.name == last.name:
            return refusal or Unknown(f"Tryton answered OK to {last.name} and did nothing")
        try:
            refusal = None
            await found.call()
        except StoppedError as stopped:
            refusal = _uncallable(stopped)
            if refusal is None:
                return stopped.outcome
        last = found
    return Unknown(f"after {_MOST_STEPS} steps it is not booked")


def _uncallable(stopped: StoppedError) -> Rejected | None:
    """A button that is not there: perhaps because what it does is done."""
    outcome = stopped.outcome
    return outcome if isinstance(outcome, Rejected) and outcome.code == NOT_CALLABLE else None


async def _nothing() -> None:
    return
