"""What quality says of a lot; derived, never stored."""

from collections.abc import Collection
from enum import StrEnum

from services.quality.domain.disposition import Outcome
from services.quality.domain.inspection import Inspection
from services.quality.domain.lifecycle import State


class LotStatus(StrEnum):
    """Quality status of a lot. Source: domain-model 3.3."""

    CREATED = "created"
    IN_INSPECTION = "in_inspection"
    RELEASED = "released"
    BLOCKED = "blocked"
    CONDITIONAL = "conditional"


_ACCEPTED = {Outcome.ACCEPT, Outcome.ACCEPT_WITH_DEVIATION}


def status_of(inspections: Collection[Inspection], *, held: bool, excused: bool) -> LotStatus:
    """A hold outweighs everything; what is undecided outweighs what is decided.

    `excused` is whether output of the lot came that needs no inspection. What is scrapped is no
    part of the lot any more, unless nothing else is.
    """
    if held:
        return LotStatus.BLOCKED
    counted = [one for one in inspections if one.state is not State.CANCELLED]
    if any(one.undecided.value for one in counted):
        return LotStatus.IN_INSPECTION
    outcomes = {part.outcome for one in counted for part in one.dispositions.values()}
    if excused:
        outcomes.add(Outcome.ACCEPT)
    if not outcomes:
        return LotStatus.CREATED
    if not outcomes & _ACCEPTED:
        return LotStatus.BLOCKED
    plain = outcomes <= {Outcome.ACCEPT, Outcome.SCRAP}
    return LotStatus.RELEASED if plain else LotStatus.CONDITIONAL
