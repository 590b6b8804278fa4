"""What a collector read of a machine: every counter at once, and the job it was at."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.kit.clock import Instant
from services.kit.quantity import Quantity


class CountKind(StrEnum):
    """What a counter counts."""

    GOOD = "good"
    SCRAP = "scrap"
    CONSUMED = "consumed"


class Quality(StrEnum):
    """How far a look can be relied on."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    """Nobody was looking for a while before it, or the machine doubts it itself."""
    BAD = "bad"


class Job(NamedTuple):
    """What a machine works on; both are "" between jobs."""

    order_no: str
    lot_no: str


class Material(NamedTuple):
    """What is consumed, and the lot it is taken from; both "" of output."""

    item_no: str
    lot_no: str


NO_MATERIAL = Material("", "")


class CounterKey(NamedTuple):
    """Which counter: one that began anew, or counts in another unit, is another."""

    counter: str
    unit: str
    incarnation: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a counter shows: everything since its `incarnation` began, never a difference.

    `reason` is why scrap is scrap, as the source says it.
    """

    counter: str
    kind: CountKind
    total: Quantity
    incarnation: str = ""
    material: Material = NO_MATERIAL
    reason: str = ""

    @property
    def key(self) -> CounterKey:
        """What its total may be compared with."""
        return CounterKey(self.counter, self.total.unit, self.incarnation)


class Term(NamedTuple):
    """In which a collector told: its epoch, in the incarnation of telemetry's stream.

    A restored telemetry gives epochs out again; whatever it then tells is of a later incarnation.
    """

    incarnation: int
    epoch: int


UNTOLD = Term(0, 0)
"""Before the first look."""


@dataclass(frozen=True, slots=True)
class Look:
    """All counters of a machine at one moment of its clock; `id` is that of the event.

    `after_gap` when looks are missing before it.
    """

    id: str
    plant: str
    equipment: str
    term: Term
    job: Job
    readings: tuple[Reading, ...]
    read_at: Instant
    quality: Quality = Quality.GOOD
    after_gap: bool = False
