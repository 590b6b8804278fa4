"""The events that tell of facts."""

from google.protobuf.message import Message
from plantmesh.quality.v1 import events_pb2

from services.quality.domain.events import (
    DispositionMade,
    Fact,
    HoldPlaced,
    HoldReleased,
    HoldSettled,
    InspectionChanged,
    InspectionOpened,
    LotJudged,
)
from services.quality.wire.holds import write_hold
from services.quality.wire.inspections import write_disposition, write_inspection
from services.quality.wire.lots import write_word


def write_fact(fact: Fact) -> Message:
    """The event that tells of it."""
    match fact:
        case InspectionOpened(inspection):
            return events_pb2.InspectionOpened(inspection=write_inspection(inspection, whole=False))
        case InspectionChanged(inspection):
            return events_pb2.InspectionChanged(
                inspection=write_inspection(inspection, whole=False)
            )
        case DispositionMade(inspection, part):
            return events_pb2.DispositionMade(
                inspection=write_inspection(inspection, whole=False),
                disposition=write_disposition(part),
            )
        case LotJudged(lot):
            return events_pb2.LotJudged(word=write_word(lot))
        case HoldPlaced(hold):
            return events_pb2.HoldPlaced(hold=write_hold(hold))
        case HoldReleased(hold):
            return events_pb2.HoldReleased(hold=write_hold(hold))
        case HoldSettled(hold):
            return events_pb2.HoldSettled(hold=write_hold(hold))
