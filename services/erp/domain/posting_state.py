"""How far a posting is on its way into an ERP: the states of a lane's entry, and HELD beside them.

A lost answer leaves it `sending`, and it is found again before it is sent again. What is set aside
because a lot is held takes a new place in its lane when it is let go.
"""

from enum import StrEnum

from services.kit.machine import Machine


class PostingState(StrEnum):
    """States of a lane's entry, and HELD: set aside while a lot of it is held."""

    READY = "ready"
    SENDING = "sending"
    AWAITING = "awaiting"
    POSTED = "posted"
    REFUSED = "refused"
    NEEDS_CONFIRMATION = "needs_confirmation"
    SKIPPED = "skipped"
    HELD = "held"


class PostingCommand(StrEnum):
    """What the lane, the ERP, a person or a hold does to it."""

    CLAIM = "claim"
    GIVE_BACK = "give_back"
    """Claimed and not sent."""
    ACCEPT = "accept"
    """The ERP took the request and answers later."""
    POST = "post"
    REFUSE = "refuse"
    WARN = "warn"
    REPLAY = "replay"
    SKIP = "skip"
    HOLD = "hold"
    LET_GO = "let_go"


_ANSWER = {
    PostingCommand.POST: PostingState.POSTED,
    PostingCommand.REFUSE: PostingState.REFUSED,
    PostingCommand.WARN: PostingState.NEEDS_CONFIRMATION,
}
_MEND = {
    PostingCommand.REPLAY: PostingState.READY,
    PostingCommand.SKIP: PostingState.SKIPPED,
}

POSTING = Machine(
    name="erp.posting",
    noun="posting",
    start=PostingState.READY,
    next={
        PostingState.READY: {
            PostingCommand.CLAIM: PostingState.SENDING,
            PostingCommand.HOLD: PostingState.HELD,
        },
        PostingState.SENDING: {
            PostingCommand.GIVE_BACK: PostingState.READY,
            PostingCommand.ACCEPT: PostingState.AWAITING,
            **_ANSWER,
        },
        PostingState.AWAITING: _ANSWER,
        PostingState.REFUSED: _MEND,
        PostingState.NEEDS_CONFIRMATION: _MEND,
        PostingState.HELD: {PostingCommand.LET_GO: PostingState.READY},
        PostingState.POSTED: {},
        PostingState.SKIPPED: {},
    },
    final=frozenset({PostingState.POSTED, PostingState.SKIPPED}),
    columns=("domain-model 3.2 (OperationConfirmation)",),
    called={
        PostingState.READY: ("ENRICHED",),
        PostingState.SENDING: ("POSTING",),
        PostingState.AWAITING: ("POSTING",),
        PostingState.POSTED: ("POSTED",),
        PostingState.REFUSED: ("REJECTED",),
        PostingState.NEEDS_CONFIRMATION: ("PARKED",),
        PostingState.SKIPPED: ("REJECTED",),
        PostingState.HELD: ("ON_HOLD",),
    },
    proto="plantmesh.erp.v1.PostingState",
    graph="PostingState",
    source="architecture 5 (lanes)",
)
