"""What others are told of; each commits with the rows it tells of."""

from dataclasses import dataclass

from services.quality.domain.disposition import Disposition
from services.quality.domain.hold import Hold
from services.quality.domain.inspection import Inspection
from services.quality.domain.lot import Lot


@dataclass(frozen=True, slots=True)
class InspectionOpened:
    """Output came that is to be inspected, the first of its lot and order."""

    inspection: Inspection


@dataclass(frozen=True, slots=True)
class InspectionChanged:
    """It grew, was measured, or moved on."""

    inspection: Inspection


@dataclass(frozen=True, slots=True)
class DispositionMade:
    """A part of an inspection lot was disposed of."""

    inspection: Inspection
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """It is to be applied."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """It is to be lifted."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class HoldSettled:
    """It is in force, or lifted."""

    hold: Hold


@dataclass(frozen=True, slots=True)
class LotJudged:
    """The status of a lot is another one; holds are told apart."""

    lot: Lot


InspectionFact = InspectionOpened | InspectionChanged | DispositionMade
Fact = InspectionFact | LotJudged | HoldPlaced | HoldReleased | HoldSettled


def key_of(fact: Fact) -> str:
    """Facts of one lot keep their order, and facts of one hold theirs."""
    if isinstance(fact, InspectionFact):
        return lot_key(fact.inspection)
    if isinstance(fact, LotJudged):
        return str(fact.lot.key)
    return hold_key(fact.hold)


def lot_key(inspection: Inspection) -> str:
    """The event key of an inspection."""
    return str(inspection.lot)


def hold_key(hold: Hold) -> str:
    """The event key of a hold."""
    return f"hold/{hold.no}"
