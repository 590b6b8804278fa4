"""Usage decisions: what is to become of a part of an inspection lot."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.kit.quantity import Quantity


class Outcome(StrEnum):
    """What is to become of it. Source: domain-model 3.4."""

    ACCEPT = "accept"
    ACCEPT_WITH_DEVIATION = "accept_with_deviation"
    REWORK = "rework"
    QUARANTINE = "quarantine"
    SCRAP = "scrap"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Disposition:
    """A decision on one part; `split_no` is the caller's and unique within the inspection.

    Who decided, and when, is ours to say: it does not make another decision. `given` is the
    quantity as it was told, where that was in another unit than the inspection's.
    """

    split_no: int
    outcome: Outcome
    quantity: Quantity
    reason: str
    by: str = field(compare=False)
    at: datetime = field(compare=False)
    given: Quantity | None = field(default=None, compare=False)
