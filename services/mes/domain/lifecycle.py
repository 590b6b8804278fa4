"""Where a work order stands, and which command leads where: one table, nothing besides.

Source: domain-model 3.2 (B2MML RequestState and DispatchStatus, OPC 10031-4 job states).
"""

from enum import StrEnum

from services.kit.machine import Machine


class Lifecycle(StrEnum):
    """Where a work order stands on the shop floor."""

    PLANNED = "planned"
    RELEASED = "released"
    DISPATCHED = "dispatched"
    READY = "ready"
    RUNNING = "running"
    HELD = "held"
    """Interrupted until a person resumes it."""
    SUSPENDED = "suspended"
    """Interrupted for want of material or machine."""
    COMPLETED = "completed"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    ABORTED = "aborted"


class Command(StrEnum):
    """What somebody may ask of a work order."""

    RELEASE = "release"
    UNRELEASE = "unrelease"
    DISPATCH = "dispatch"
    REVOKE = "revoke"
    """Takes one step back to the office; OPC UA RevokeStart, and Cancel of a dispatched job."""
    MAKE_READY = "make_ready"
    START = "start"
    HOLD = "hold"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    CLOSE = "close"
    CANCEL = "cancel"
    ABORT = "abort"


WORK_ORDER = Machine(
    name="mes.work_order",
    noun="order",
    start=Lifecycle.PLANNED,
    next={
        Lifecycle.PLANNED: {
            Command.RELEASE: Lifecycle.RELEASED,
            Command.CANCEL: Lifecycle.CANCELLED,
        },
        Lifecycle.RELEASED: {
            Command.DISPATCH: Lifecycle.DISPATCHED,
            Command.UNRELEASE: Lifecycle.PLANNED,
            Command.CANCEL: Lifecycle.CANCELLED,
        },
        Lifecycle.DISPATCHED: {
            Command.MAKE_READY: Lifecycle.READY,
            Command.REVOKE: Lifecycle.RELEASED,
            Command.ABORT: Lifecycle.ABORTED,
        },
        Lifecycle.READY: {
            Command.START: Lifecycle.RUNNING,
            Command.REVOKE: Lifecycle.DISPATCHED,
            Command.ABORT: Lifecycle.ABORTED,
        },
        Lifecycle.RUNNING: {
            Command.HOLD: Lifecycle.HELD,
            Command.PAUSE: Lifecycle.SUSPENDED,
            Command.COMPLETE: Lifecycle.COMPLETED,
            Command.ABORT: Lifecycle.ABORTED,
        },
        Lifecycle.HELD: {
            Command.RESUME: Lifecycle.RUNNING,
            Command.ABORT: Lifecycle.ABORTED,
        },
        Lifecycle.SUSPENDED: {
            Command.RESUME: Lifecycle.RUNNING,
            Command.HOLD: Lifecycle.HELD,
            Command.ABORT: Lifecycle.ABORTED,
        },
        Lifecycle.COMPLETED: {Command.CLOSE: Lifecycle.CLOSED},
        Lifecycle.CANCELLED: {Command.CLOSE: Lifecycle.CLOSED},
        Lifecycle.ABORTED: {Command.CLOSE: Lifecycle.CLOSED},
        Lifecycle.CLOSED: {},
    },
    final=frozenset({Lifecycle.CLOSED}),
    columns=(
        "B2MML RequestState",
        "B2MML DispatchStatus",
        "OPC UA Job Control V2",
        "SAP",
        "frePPLe",
    ),
    called={
        Lifecycle.PLANNED: ("Forecast", "Waiting", "", "CRTD", "proposed/approved"),
        Lifecycle.RELEASED: ("Released", "Pending", "NotAllowedToStart", "REL", "confirmed"),
        Lifecycle.DISPATCHED: (
            "Waiting",
            "Dispatched",
            "NotAllowedToStart.Waiting/Ready/Loaded",
            "REL",
            "confirmed",
        ),
        Lifecycle.READY: ("Ready", "Ready", "AllowedToStart", "REL", "confirmed"),
        Lifecycle.RUNNING: ("Running", "Running", "Running", "REL PCNF PDLV", "confirmed"),
        Lifecycle.HELD: ("Held", "Held", "Interrupted.Held", "REL + hold", "confirmed"),
        Lifecycle.SUSPENDED: (
            "Suspended",
            "Suspended",
            "Interrupted.Suspended",
            "REL (MSPT)",
            "confirmed",
        ),
        Lifecycle.COMPLETED: (
            "Completed",
            "Completed",
            "Ended.Completed",
            "CNF DLV TECO",
            "completed",
        ),
        Lifecycle.CLOSED: ("Closed", "Closed", "Ended.Closed", "CLSD", "closed"),
        Lifecycle.CANCELLED: ("Cancelled", "Cancelled", "Aborted", "DLFL", ""),
        Lifecycle.ABORTED: ("Aborted", "Aborted", "Aborted", "DLFL", ""),
    },
    proto="plantmesh.mes.v1.Lifecycle",
    graph="OrderLifecycle",
    source="domain-model 3.2",
)

# The floor reports late: what was made before an interruption, the end or an abort exists and must
# be booked. Before the start nothing can have been made, and closing is the promise that no more
# comes.
REPORTING = frozenset(
    {
        Lifecycle.RUNNING,
        Lifecycle.HELD,
        Lifecycle.SUSPENDED,
        Lifecycle.COMPLETED,
        Lifecycle.ABORTED,
    }
)
