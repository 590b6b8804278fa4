"""How an engineering change comes into force."""

from enum import StrEnum

from services.kit.machine import Machine


class ChangeState(StrEnum):
    """Where it stands; from RELEASED on its revisions count."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    RELEASED = "released"
    EFFECTIVE = "effective"
    CLOSED = "closed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class ChangeCommand(StrEnum):
    """What engineers and planners do with it."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    REVISE = "revise"
    RELEASE = "release"
    TAKE_EFFECT = "take_effect"
    CLOSE = "close"
    CANCEL = "cancel"


CHANGE = Machine(
    name="reference.engineering_change",
    noun="engineering change",
    start=ChangeState.DRAFT,
    next={
        ChangeState.DRAFT: {
            ChangeCommand.SUBMIT: ChangeState.REVIEW,
            ChangeCommand.CANCEL: ChangeState.CANCELLED,
        },
        ChangeState.REVIEW: {
            ChangeCommand.APPROVE: ChangeState.APPROVED,
            ChangeCommand.REJECT: ChangeState.REJECTED,
            ChangeCommand.REVISE: ChangeState.DRAFT,
            ChangeCommand.CANCEL: ChangeState.CANCELLED,
        },
        ChangeState.APPROVED: {
            ChangeCommand.RELEASE: ChangeState.RELEASED,
            ChangeCommand.REVISE: ChangeState.DRAFT,
            ChangeCommand.CANCEL: ChangeState.CANCELLED,
        },
        ChangeState.RELEASED: {
            ChangeCommand.TAKE_EFFECT: ChangeState.EFFECTIVE,
            ChangeCommand.CANCEL: ChangeState.CANCELLED,
        },
        ChangeState.EFFECTIVE: {ChangeCommand.CLOSE: ChangeState.CLOSED},
        ChangeState.CLOSED: {},
        ChangeState.REJECTED: {ChangeCommand.REVISE: ChangeState.DRAFT},
        ChangeState.CANCELLED: {},
    },
    final=frozenset({ChangeState.CLOSED, ChangeState.CANCELLED}),
    proto="plantmesh.reference.v1.ChangeState",
    source="domain model 3.1, EngineeringChange",
)
IN_FORCE = frozenset({ChangeState.RELEASED, ChangeState.EFFECTIVE, ChangeState.CLOSED})
"""States in which the revisions of a change count, from its day on."""
