"""How a mapping comes into force and goes out of it: one person drafts it, another approves it."""

from enum import StrEnum

from services.kit.machine import Machine


class Status(StrEnum):
    """A draft is nobody's answer; a retired mapping answers for the time before its end."""

    DRAFT = "draft"
    APPROVED = "approved"
    RETIRED = "retired"


class Step(StrEnum):
    """What a steward does to a version of a mapping; to retire a draft is to withdraw it."""

    APPROVE = "approve"
    RETIRE = "retire"


MAPPING = Machine(
    name="reference.code_mapping",
    noun="code mapping",
    start=Status.DRAFT,
    next={
        Status.DRAFT: {Step.APPROVE: Status.APPROVED, Step.RETIRE: Status.RETIRED},
        Status.APPROVED: {Step.RETIRE: Status.RETIRED},
        Status.RETIRED: {},
    },
    final=frozenset({Status.RETIRED}),
    proto="plantmesh.reference.v1.CodeStatus",
    source="domain model 3.1, CodeMap",
)
"""No way back: what holds again is drafted again."""
