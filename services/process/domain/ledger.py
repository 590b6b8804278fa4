"""An order's ledger of yields: which part of each waits, and what became of the others.

Dispositions are allotted to the waiting yields of their inspection, both first in, first out. Of
each yield: good = released + scrapped + blocked + waiting, always.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity


class Outcome(StrEnum):
    """What quality decided. Source: domain model 3.4."""

    ACCEPT = "accept"
    ACCEPT_WITH_DEVIATION = "accept_with_deviation"
    REWORK = "rework"
    QUARANTINE = "quarantine"
    SCRAP = "scrap"
    REJECT = "reject"


class Fate(StrEnum):
    """What becomes of a part of a yield."""

    RELEASED = "released"
    SCRAPPED = "scrapped"
    BLOCKED = "blocked"


_FATES = {
    Outcome.ACCEPT: Fate.RELEASED,
    Outcome.ACCEPT_WITH_DEVIATION: Fate.RELEASED,
    Outcome.SCRAP: Fate.SCRAPPED,
}


@dataclass(frozen=True, slots=True)
class Disposition:
    """A decision on `quantity` of what an inspection holds."""

    inspection_no: str
    split_no: int
    outcome: Outcome
    quantity: Quantity

    def __post_init__(self) -> None:
        """Raises InvalidError when it disposes of nothing."""
        if self.quantity.value <= 0:
            raise InvalidError(
                f"a disposition of {self.quantity}", code="not_positive", field="quantity.value"
            )


@dataclass(frozen=True, slots=True)
class Yield:
    """What is left, of one confirmation's yield, that waits for a disposition.

    `recalled` when the floor takes the confirmation back, which waits for the disposition too.
    """

    number: int
    lot_no: str
    inspection_no: str
    waiting: Quantity
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a yield and what was decided on it; without an inspection it is all of it."""

    number: int
    lot_no: str
    inspection_no: str
    split_no: int
    outcome: Outcome
    quantity: Quantity

    @property
    def fate(self) -> Fate:
        """What becomes of it."""
        return _FATES.get(self.outcome, Fate.BLOCKED)


@dataclass(frozen=True, slots=True)
class Allotment:
    """`parts` that were cut, and what is left of the yields and dispositions they came from."""

    parts: tuple[Part, ...]
    yields: tuple[Yield, ...]
    dispositions: tuple[Disposition, ...]


def allot(yields: Sequence[Yield], dispositions: Sequence[Disposition]) -> Allotment:
    """Cut each disposition out of the waiting yields of its inspection, the oldest first.

    What is scrapped comes off yields that are recalled first, anything else off these last.
    A disposition that finds less than it disposes of keeps its rest for yields to come. Raises
    InvalidError when it is in another unit than a yield.
    """
    waiting = list(yields)
    parts: list[Part] = []
    rests: list[Disposition] = []
    for disposition in dispositions:
        rest = disposition.quantity
        for place in _turns(waiting, disposition):
            one = waiting[place]
            if one.inspection_no != disposition.inspection_no:
                continue
            taken = min(one.waiting, rest)
            if taken.value <= 0:
                continue
            parts.append(_part(one, disposition, taken))
            waiting[place] = replace(one, waiting=one.waiting - taken)
            rest -= taken
        if rest.value > 0:
            rests.append(replace(disposition, quantity=rest))
    return Allotment(
        tuple(parts), tuple(one for one in waiting if one.waiting.value > 0), tuple(rests)
    )


def released_at_once(number: int, lot_no: str, quantity: Quantity) -> Part:
    """All of a yield that needs no inspection."""
    return Part(number, lot_no, "", 0, Outcome.ACCEPT, quantity)


def _turns(waiting: Sequence[Yield], disposition: Disposition) -> list[int]:
    """Places in the order in which they are cut from."""
    scrapped = disposition.outcome is Outcome.SCRAP
    return sorted(range(len(waiting)), key=lambda place: waiting[place].recalled is not scrapped)


def _part(one: Yield, disposition: Disposition, quantity: Quantity) -> Part:
    return Part(
        one.number,
        one.lot_no,
        disposition.inspection_no,
        disposition.split_no,
        disposition.outcome,
        quantity,
    )
