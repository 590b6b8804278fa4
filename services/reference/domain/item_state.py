"""The life of an item, from its draft to its withdrawal."""

from enum import StrEnum

from services.kit.machine import Machine


class Lifecycle(StrEnum):
    """LifeCycleState of B2MML."""

    DRAFT = "draft"
    APPROVED = "approved"
    RELEASED = "released"
    EFFECTIVE = "effective"
    WITHDRAWN = "withdrawn"


class ItemCommand(StrEnum):
    """What its owner does with it."""

    APPROVE = "approve"
    REVISE = "revise"
    RELEASE = "release"
    TAKE_EFFECT = "take_effect"
    WITHDRAW = "withdraw"


ITEM = Machine(
    name="reference.item",
    noun="item",
    start=Lifecycle.DRAFT,
    next={
        Lifecycle.DRAFT: {
            ItemCommand.APPROVE: Lifecycle.APPROVED,
            ItemCommand.WITHDRAW: Lifecycle.WITHDRAWN,
        },
        Lifecycle.APPROVED: {
            ItemCommand.RELEASE: Lifecycle.RELEASED,
            ItemCommand.REVISE: Lifecycle.DRAFT,
            ItemCommand.WITHDRAW: Lifecycle.WITHDRAWN,
        },
        Lifecycle.RELEASED: {
            ItemCommand.TAKE_EFFECT: Lifecycle.EFFECTIVE,
            ItemCommand.WITHDRAW: Lifecycle.WITHDRAWN,
        },
        Lifecycle.EFFECTIVE: {ItemCommand.WITHDRAW: Lifecycle.WITHDRAWN},
        Lifecycle.WITHDRAWN: {},
    },
    final=frozenset({Lifecycle.WITHDRAWN}),
    columns=("B2MML LifeCycleState",),
    called={
        Lifecycle.DRAFT: ("Draft",),
        Lifecycle.APPROVED: ("Approved",),
        Lifecycle.RELEASED: ("Released",),
        Lifecycle.EFFECTIVE: ("Effective",),
        Lifecycle.WITHDRAWN: ("Withdrawn",),
    },
    proto="plantmesh.reference.v1.ItemLifecycle",
    source="domain model 3.1; B2MML LifeCycleState",
)
"""An approved item that is wrong is revised; one that is in use is withdrawn and made anew."""
