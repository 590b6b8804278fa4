"""What reference says: plants, and what codes mean."""

from collections.abc import Iterable
from datetime import UTC

from plantmesh.reference.v1 import codes_pb2
from plantmesh.reference.v1 import reference_pb2 as pb

from services.erp.domain.codes import KINDS, Code, Direction, Waiting
from services.kit.copies import Kind
from services.kit.wire import write_moment

PLANTS = Kind("plant", pb.Plant, key=lambda plant: plant.plant, version=lambda plant: plant.version)
CODES = Kind(
    "code",
    pb.CodeMapping,
    # Every version of a code has a copy of its own, which changes with its status alone.
    key=lambda one: "/".join(
        (one.code.domain, one.code.system, one.code.plant, one.code.code, str(one.mapping_version))
    ),
    version=lambda one: one.status,
    scope=lambda one: codes_scope(one.code.system, one.code.plant),
)
_DIRECTIONS = {
    pb.CODE_DIRECTION_UNSPECIFIED: Direction.BOTH,
    pb.CODE_DIRECTION_IN: Direction.IN,
    pb.CODE_DIRECTION_OUT: Direction.OUT,
    pb.CODE_DIRECTION_BOTH: Direction.BOTH,
}


def codes_scope(system: str, plant: str) -> str:
    """The list of a system's codes at a plant; "" for those at every plant."""
    return f"{system}/{plant}"


def read_codes(messages: Iterable[pb.CodeMapping]) -> list[Code]:
    """Those of the kinds we use; a time that is unset is 1970, the beginning."""
    return [
        Code(
            kind,
            one.code.code,
            one.canonical,
            one.code.plant,
            _DIRECTIONS[one.direction],
            version=one.mapping_version,
            is_draft=one.status == pb.CODE_STATUS_DRAFT,
            valid_from=one.valid_from.ToDatetime(UTC),
            valid_to=one.valid_to.ToDatetime(UTC) if one.HasField("valid_to") else None,
            replaces=one.replaces,
        )
        for one in messages
        for kind in KINDS
        if kind == one.code.domain
    ]


def write_waiting(
    system: str, round: str, waiting: Iterable[Waiting], *, last: bool
) -> codes_pb2.ReportWaitingRequest:
    """A part of a round."""
    documents = [
        codes_pb2.WaitingDocument(
            code=pb.Code(
                domain=one.question.kind,
                system=one.question.system,
                plant=one.question.plant,
                code=one.question.code,
            ),
            direction=pb.CodeDirection.Value(f"CODE_DIRECTION_{one.question.direction.name}"),
            kind=one.kind,
            key=one.key,
            since=write_moment(one.since),
            at=write_moment(one.question.at),
        )
        for one in waiting
    ]
    return codes_pb2.ReportWaitingRequest(
        system=system, round=round, documents=documents, last=last
    )
