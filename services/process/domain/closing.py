"""How an order ends: closed on the floor, then in the ERP, and not before everything is posted."""

from dataclasses import dataclass
from enum import StrEnum

from services.kit.clock import Instant


class Stage(StrEnum):
    """How far the end of an order has come."""

    COMPLETED = "completed"
    """The floor is done with it."""
    ASKED = "asked"
    """Mes is asked to close it."""
    CLOSED = "closed"
    """Nothing comes any more."""
    TOLD = "told"
    """The ERP is told; that is all."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands whose end has begun; `last` is its last confirmation booked here.

    `settled` is whether everything that followed from what was told is carried out and posted,
    `final` whether also nobody may want it open: its time is over, nothing of it waits for another
    decision, and nothing was taken back since it was completed. `at` is when it was `stage`.
    """

    stage: Stage
    settled: bool
    final: bool
    last: int
    actor: str
    at: Instant
