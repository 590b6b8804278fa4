"""Stuck flows on the wire."""

from plantmesh.process.v1 import stuck_pb2 as pb

from services.kit.wire import write_moment
from services.process.domain.refusal import Until
from services.process.domain.stuck import StuckFlow, StuckStep


def write_stuck(stuck: StuckFlow) -> pb.StuckFlow:
    """With all that was refused of it."""
    return pb.StuckFlow(flow=stuck.flow, plant=stuck.plant, steps=map(_step, stuck.steps))


def _step(step: StuckStep) -> pb.StuckStep:
    return pb.StuckStep(
        at=step.at,
        kind=step.kind,
        reference=step.reference,
        code=step.refusal.code,
        field=step.refusal.field,
        reason=step.refusal.reason,
        since=write_moment(step.since),
        held=step.refusal.until is Until.RELEASE,
    )
