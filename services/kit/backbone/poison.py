"""What becomes of an event that cannot be applied, by the kind of its error.

Invalid, Denied, Unauthenticated   dead letter at once
NotFound, Conflict                 its key waits and is tried again, spaced; then dead letter
anything else that is raised,      suspect: its key waits and is tried again alone, widely
a handler that kills or hangs      spaced; then dead letter
Unavailable, deadlock and such     the partition is tried again; nothing is parked
"""

from dataclasses import dataclass
from enum import StrEnum

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)


class ParkState(StrEnum):
    """Why a key is parked: `dead` waits for a person, `replay` was released by one."""

    WAITING = "waiting"
    SUSPECT = "suspect"
    DEAD = "dead"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event was parked; `reason` is for people, `code` stable."""

    state: ParkState
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how far apart (seconds, doubling) a parked key is tried before it is dead.

    `deaths` is how many processes one event may end while it is handled alone.
    """

    first: float = 0.1
    longest: float = 60.0
    waiting: int = 20
    suspect: int = 4
    suspect_first: float = 1.0
    deaths: int = 3

    def tries(self, state: ParkState) -> int:
        """How many tries by itself this state allows."""
        return self.suspect if state is ParkState.SUSPECT else self.waiting

    def delay(self, state: ParkState, tries: int) -> float:
        """Seconds until the next try."""
        if state is ParkState.REPLAY and not tries:
            return 0.0
        first = self.suspect_first if state is ParkState.SUSPECT else self.first
        return min(first * float(1 << min(tries, 20)), self.longest)


def refuse(error: Exception) -> Refusal:
    """The refusal of an event whose handler raised `error` while it was alone."""
    if not isinstance(error, DomainError):
        return Refusal(ParkState.SUSPECT, type(error).__name__, f"unexpected: {error}")
    reason = f"{error.field}: {error}" if error.field else str(error)
    match error:
        case InvalidError() | DeniedError() | UnauthenticatedError():
            return Refusal(ParkState.DEAD, error.code, reason)
        case NotFoundError() | ConflictError():
            return Refusal(ParkState.WAITING, error.code, reason)
        case _:
            return Refusal(ParkState.SUSPECT, error.code, reason)


def killed(deaths: int) -> Refusal:
    """The refusal of an event that ended the process while it was handled alone."""
    return Refusal(ParkState.SUSPECT, "killed_process", f"{deaths} processes ended handling it")
