"""Submissions, decisions and inspections on the wire."""

from collections.abc import Iterable
from datetime import datetime

from plantmesh.quality.v1 import quality_pb2 as _pb

from services.kit.errors import located
from services.kit.wire import read_quantity, write_moment, write_quantity
from services.quality.application.command_inspections import Step
from services.quality.application.decide_inspections import Decision
from services.quality.application.find import LotQuality
from services.quality.domain.disposition import Disposition, Outcome
from services.quality.domain.inspection import Inspection
from services.quality.domain.lifecycle import Command
from services.quality.domain.submission import Submission, Verdict
from services.quality.wire.holds import write_holds
from services.quality.wire.keys import read_lot_key, write_lot_key


def read_submissions(messages: Iterable[_pb.Submission]) -> list[Submission]:
    """Raises InvalidError naming `submissions[i]` and the field."""
    submissions = []
    for position, one in enumerate(messages):
        with located(f"submissions[{position}]"):
            quantity = read_quantity(one.quantity, field="quantity")
        submissions.append(Submission(one.source, read_lot_key(one.lot), one.order_no, quantity))
    return submissions


def read_decisions(
    messages: Iterable[_pb.InspectionDecision], *, by: str, at: datetime
) -> list[Decision]:
    """Raises InvalidError naming `decisions[i]` and the field."""
    decisions = []
    for position, message in enumerate(messages):
        one = message.disposition
        with located(f"decisions[{position}].disposition"):
            quantity = read_quantity(one.quantity, field="quantity")
        outcome = Outcome[_pb.Outcome.Name(one.outcome).removeprefix("OUTCOME_")]
        part = Disposition(one.split_no, outcome, quantity, one.reason, by, at)
        decisions.append(Decision(message.inspection_no, part))
    return decisions


def read_steps(messages: Iterable[_pb.CommandedInspection]) -> list[Step]:
    """Commands in their order."""
    names = _pb.InspectionCommand
    return [
        Step(
            one.inspection_no,
            Command[names.Name(one.command).removeprefix("INSPECTION_COMMAND_")],
        )
        for one in messages
    ]


def write_verdicts(verdicts: Iterable[Verdict]) -> _pb.OpenInspectionsResponse:
    """One for each submission, in their order."""
    return _pb.OpenInspectionsResponse(
        results=[
            _pb.SubmissionResult(
                source=one.submission.source,
                required=one.required,
                inspection_no=one.inspection_no,
            )
            for one in verdicts
        ]
    )


def write_inspections(inspections: Iterable[Inspection]) -> list[_pb.Inspection]:
    """With their dispositions."""
    return [write_inspection(one, whole=True) for one in inspections]


def write_inspection(inspection: Inspection, *, whole: bool) -> _pb.Inspection:
    """One inspection; with its dispositions if `whole`."""
    parts = sorted(inspection.dispositions.items()) if whole else ()
    return _pb.Inspection(
        inspection_no=inspection.no,
        lot=write_lot_key(inspection.lot),
        order_no=inspection.key.order_no,
        state=_pb.InspectionState.Value(f"INSPECTION_STATE_{inspection.state.name}"),
        submitted=write_quantity(inspection.submitted),
        decided=write_quantity(inspection.decided),
        measured=inspection.measured,
        failed=inspection.failed,
        dispositions=[write_disposition(part) for _, part in parts],
        version=inspection.version,
        as_of=write_moment(inspection.as_of),
    )


def write_disposition(part: Disposition) -> _pb.Disposition:
    """One decision."""
    return _pb.Disposition(
        split_no=part.split_no,
        outcome=_pb.Outcome.Value(f"OUTCOME_{part.outcome.name}"),
        quantity=write_quantity(part.quantity),
        reason=part.reason,
        decided_by=part.by,
        decided_at=write_moment(part.at),
        given=write_quantity(part.given) if part.given else None,
    )


def write_lot_quality(found: LotQuality, at: datetime) -> _pb.LotQuality:
    """What is said of one lot, as of `at`."""
    return _pb.LotQuality(
        lot=write_lot_key(found.lot),
        status=_pb.LotQualityStatus.Value(f"LOT_QUALITY_STATUS_{found.status.name}"),
        inspections=write_inspections(found.inspections),
        holds=write_holds(found.holds),
        as_of=write_moment(at),
        signed_by=found.signed_by,
    )
