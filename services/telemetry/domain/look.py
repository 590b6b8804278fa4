"""One look at all counters of a machine, and how far it can be relied on."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from services.kit.clock import Instant
from services.kit.quantity import Quantity


class Quality(IntEnum):
    """How far a value can be relied on; the contract's numbers, so the worst is the highest."""

    GOOD = 1
    UNCERTAIN = 2
    BAD = 3


class CounterKind(IntEnum):
    """What a counter counts; the contract's numbers."""

    GOOD = 1
    SCRAP = 2
    CONSUMED = 3


@dataclass(frozen=True, slots=True)
class CounterReading:
    """Everything since the counter was last at zero, never a difference.

    `counter` is unique within the equipment. `incarnation` says since when it counts, "" for one
    that is kept through restarts. Item and lot are those of a consumed material, `reason` is of
    scrap, as the source says it.
    """

    counter: str
    kind: CounterKind
    reading: Quantity
    incarnation: str = ""
    item_no: str = ""
    lot_no: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """All counters of a machine at one moment of its own clock, and what it worked on.

    A change of order, lot, material lot or reason is a look of its own, before any count at the
    same time. `gap_since` is the time of the last look that was not BAD before a gap. A BAD look
    holds only the counters that could be read, and must not be counted.
    """

    equipment: str
    read_at: Instant
    counters: tuple[CounterReading, ...]
    order_no: str = ""
    lot_no: str = ""
    quality: Quality = Quality.GOOD
    gap_since: datetime | None = None

    @property
    def plant(self) -> str:
        """The first part of the equipment's path."""
        return plant_of(self.equipment)


def plant_of(equipment: str) -> str:
    """The plant that the path of an equipment begins with."""
    return equipment.partition("/")[0]
