"""What a peer's answer means: ask again by itself, wait for a release, or wait for a person."""

from dataclasses import dataclass
from enum import StrEnum

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
)

_SETTLED = (ConflictError, InvalidError, NotFoundError, DeniedError)
_PASSING = {"command_in_progress", "order_in_progress"}
_HELD = "lot_held"
_OF_ITSELF = {"insufficient_stock", "unknown_order", "unbooked_confirmation", "yield_inspected"}
"""Another flow may be about to bring what is missing."""


class Until(StrEnum):
    """What ends the wait."""

    RELEASE = "release"
    """The lot is let go."""
    PERSON = "person"
    """Somebody removes the cause and wakes the order."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A typed answer that repeating alone will not change."""

    until: Until
    code: str
    field: str
    reason: str

    @property
    def may_pass(self) -> bool:
        """Whether it is worth asking again now and then, though nobody did anything here."""
        return self.code in _OF_ITSELF


def judge(error: DomainError) -> Refusal | None:
    """The refusal in a peer's error; None where asking again by itself may help."""
    if not isinstance(error, _SETTLED) or error.code in _PASSING:
        return None
    until = Until.RELEASE if error.code == _HELD else Until.PERSON
    return Refusal(until, error.code, error.field, str(error))
