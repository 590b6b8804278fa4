"""What reference says: plants, and what codes mean."""

from collections.abc import Iterable

from plantmesh.reference.v1 import reference_pb2 as pb

from services.erp.domain.codes import KINDS, Code, Direction, Question
from services.kit.copies import Kind

PLANTS = Kind("plant", pb.Plant, key=lambda plant: plant.plant, version=lambda plant: plant.version)
CODES = Kind(
    "code",
    pb.CodeMapping,
    key=lambda one: "/".join((one.code.domain, one.code.system, one.code.plant, one.code.code)),
    version=lambda one: one.mapping_version,
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
    """Those of the kinds we use."""
    return [
        Code(kind, one.code.code, one.canonical, one.code.plant, _DIRECTIONS[one.direction])
        for one in messages
        for kind in KINDS
        if kind == one.code.domain
    ]


def write_questions(questions: Iterable[Question]) -> pb.ResolveCodesRequest:
    """Questions of one direction."""
    asked = list(questions)
    outward = asked[0].direction is Direction.OUT
    return pb.ResolveCodesRequest(
        codes=[
            pb.Code(domain=one.kind, system=one.system, plant=one.plant, code=one.code)
            for one in asked
        ],
        direction=pb.CODE_DIRECTION_OUT if outward else pb.CODE_DIRECTION_IN,
    )
