"""A flow of which steps were refused: what stands in its way, for whoever removes it."""

from dataclasses import dataclass
from datetime import datetime

from services.process.domain.refusal import Refusal


@dataclass(frozen=True, slots=True)
class StuckStep:
    """A fact or an effect that was refused by `at`; `reference` is the event's id or its own."""

    at: str
    kind: str
    reference: str
    refusal: Refusal
    since: datetime


@dataclass(frozen=True, slots=True)
class StuckFlow:
    """An order or a hold by its flow, with what was refused of it, oldest first."""

    flow: str
    plant: str
    steps: tuple[StuckStep, ...]
