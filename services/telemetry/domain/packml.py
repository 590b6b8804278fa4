"""Which way a machine may go from state to state; its controller goes, we watch.

A collector that was away sees only where the machine is: what lies between was not seen.
"""

from enum import StrEnum

from services.kit.machine import Machine
from services.telemetry.domain.equipment import MachineState as S


class MachineCommand(StrEnum):
    """What an operator or the line commands; DONE is the end of what the state does by itself."""

    START = "start"
    HOLD = "hold"
    UNHOLD = "unhold"
    SUSPEND = "suspend"
    UNSUSPEND = "unsuspend"
    TO_COMPLETE = "to_complete"
    RESET = "reset"
    STOP = "stop"
    ABORT = "abort"
    CLEAR = "clear"
    DONE = "done"


_ABORT = {MachineCommand.ABORT: S.ABORTING}
_END = {MachineCommand.STOP: S.STOPPING, **_ABORT}
_HOLD = {MachineCommand.HOLD: S.HOLDING, **_END}

PACKML = Machine(
    name="telemetry.machine",
    noun="machine",
    start=S.STOPPED,
    next={
        S.CLEARING: {MachineCommand.DONE: S.STOPPED, **_ABORT},
        S.STOPPED: {MachineCommand.RESET: S.RESETTING, **_ABORT},
        S.STARTING: {MachineCommand.DONE: S.EXECUTE, **_HOLD},
        S.IDLE: {MachineCommand.START: S.STARTING, **_END},
        S.SUSPENDED: {MachineCommand.UNSUSPEND: S.UNSUSPENDING, **_HOLD},
        S.EXECUTE: {
            MachineCommand.DONE: S.COMPLETING,
            MachineCommand.TO_COMPLETE: S.COMPLETING,
            MachineCommand.SUSPEND: S.SUSPENDING,
            **_HOLD,
        },
        S.STOPPING: {MachineCommand.DONE: S.STOPPED, **_ABORT},
        S.ABORTING: {MachineCommand.DONE: S.ABORTED},
        S.ABORTED: {MachineCommand.CLEAR: S.CLEARING},
        S.HOLDING: {MachineCommand.DONE: S.HELD, **_END},
        S.HELD: {MachineCommand.UNHOLD: S.UNHOLDING, **_END},
        S.UNHOLDING: {MachineCommand.DONE: S.EXECUTE, **_HOLD},
        S.SUSPENDING: {MachineCommand.DONE: S.SUSPENDED, **_HOLD},
        S.UNSUSPENDING: {MachineCommand.DONE: S.EXECUTE, **_HOLD},
        S.RESETTING: {MachineCommand.DONE: S.IDLE, **_END},
        S.COMPLETING: {MachineCommand.DONE: S.COMPLETE, **_END},
        S.COMPLETE: {MachineCommand.RESET: S.RESETTING, **_END},
    },
    proto="plantmesh.telemetry.v1.MachineState",
    graph="MachineState",
    source="domain-model 3.4 (OPC 30050 PackML and its nodeset; DONE is its state complete)",
)
