"""Where an inspection stands, and which command leads where: one table, nothing besides.

Source: domain-model 3.4. Output is a fact: it is taken in every state and begins the inspection
anew where it had ended.
"""

from enum import StrEnum

from services.kit.machine import Machine


class State(StrEnum):
    """Where an inspection stands."""

    CREATED = "created"
    SAMPLING = "sampling"
    RESULTS = "results"
    DECIDED = "decided"
    """Everything submitted so far has its disposition."""
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Command(StrEnum):
    """What happens to an inspection."""

    SUBMIT = "submit"
    SAMPLE = "sample"
    RECORD = "record"
    DECIDE = "decide"
    """A part; something is left."""
    FINISH = "finish"
    """The last part."""
    CLOSE = "close"
    CANCEL = "cancel"
    REOPEN = "reopen"


_OPEN = {
    Command.SAMPLE: State.SAMPLING,
    Command.RECORD: State.RESULTS,
    Command.FINISH: State.DECIDED,
    Command.CANCEL: State.CANCELLED,
}

INSPECTION = Machine(
    name="quality.inspection",
    noun="inspection",
    start=State.CREATED,
    next={
        State.CREATED: {
            Command.SUBMIT: State.CREATED,
            Command.DECIDE: State.CREATED,
            **_OPEN,
        },
        State.SAMPLING: {
            Command.SUBMIT: State.SAMPLING,
            Command.DECIDE: State.SAMPLING,
            **_OPEN,
        },
        State.RESULTS: {
            Command.SUBMIT: State.RESULTS,
            Command.DECIDE: State.RESULTS,
            **_OPEN,
        },
        State.DECIDED: {
            Command.SUBMIT: State.CREATED,
            Command.RECORD: State.DECIDED,
            Command.CLOSE: State.CLOSED,
        },
        State.CLOSED: {
            Command.SUBMIT: State.CREATED,
            Command.REOPEN: State.DECIDED,
        },
        State.CANCELLED: {
            Command.SUBMIT: State.CREATED,
            Command.REOPEN: State.CREATED,
        },
    },
    proto="plantmesh.quality.v1.InspectionState",
    graph="InspectionState",
    source="domain-model 3.4",
)
