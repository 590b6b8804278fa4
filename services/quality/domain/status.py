"""What quality says of a lot, as it follows from inspections, holds and people's verdicts."""

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
    SCRAPPED = "scrapped"
    RETURNED = "returned"


_ACCEPTED = {Outcome.ACCEPT, Outcome.ACCEPT_WITH_DEVIATION}
_GONE = {LotStatus.SCRAPPED, LotStatus.RETURNED}
_OPEN_TO_RELEASE = {LotStatus.CREATED, LotStatus.BLOCKED}


def status_of(
    inspections: Collection[Inspection],
    *,
    held: bool,
    excused: bool,
    verdict: LotStatus | None = None,
) -> LotStatus:
    """What is gone stays so; a hold outweighs everything else, and a person's block the rest.

    A release by people stands where nothing was inspected or accepted. `excused` is whether output
    of the lot came that needs no inspection.
    """
    if verdict in _GONE:
        return verdict
    if held or verdict is LotStatus.BLOCKED:
        return LotStatus.BLOCKED
    found = _inspected(inspections, excused=excused)
    return LotStatus.RELEASED if verdict and found in _OPEN_TO_RELEASE else found


def _inspected(inspections: Collection[Inspection], *, excused: bool) -> LotStatus:
    """What is undecided outweighs what is decided.

    What is scrapped is no part of the lot any more, unless nothing else is.
    """
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
