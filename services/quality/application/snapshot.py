"""Use case: everything a subscriber needs to start from, for the keys of one partition."""

from collections.abc import AsyncIterator, Callable

from services.quality.domain.events import (
    DispositionMade,
    Fact,
    HoldPlaced,
    HoldReleased,
    HoldSettled,
    InspectionOpened,
    LotJudged,
    hold_key,
    lot_key,
)
from services.quality.domain.hold import Hold, State
from services.quality.domain.inspection import Inspection
from services.quality.ports import Books


async def read_state(books: Books, wanted: Callable[[str], bool]) -> AsyncIterator[list[Fact]]:
    """Each inspection as it is with all its dispositions; what is said of
    each lot; each hold with how far it has come.
    """
    inspections = await books.inspections.walk(0)
    while inspections:
        chosen = [one for one in inspections if wanted(lot_key(one))]
        if chosen:
            yield [fact for one in chosen for fact in _tell_inspection(one)]
        inspections = await books.inspections.walk(inspections[-1].id)
    lots = await books.lots.walk(None)
    while lots:
        told = [LotJudged(lot) for lot in lots if lot.version and wanted(str(lot.key))]
        if told:
            yield list(told)
        lots = await books.lots.walk(lots[-1].key)
    holds = await books.holds.walk("")
    while holds:
        found = [hold for hold in holds if wanted(hold_key(hold))]
        if found:
            yield [fact for hold in found for fact in _tell_hold(hold)]
        holds = await books.holds.walk(holds[-1].no)


def _tell_inspection(inspection: Inspection) -> list[Fact]:
    parts = sorted(inspection.dispositions.items())
    return [
        InspectionOpened(inspection),
        *(DispositionMade(inspection, part) for _, part in parts),
    ]


def _tell_hold(hold: Hold) -> list[Fact]:
    facts: list[Fact] = [HoldPlaced(hold)]
    if hold.release:
        facts.append(HoldReleased(hold))
    if hold.state in (State.IN_FORCE, State.LIFTED):
        facts.append(HoldSettled(hold))
    return facts
