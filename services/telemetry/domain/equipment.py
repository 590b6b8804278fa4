"""A machine: the state and mode it is in, and how far its collector has told of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from services.kit.clock import Instant
from services.telemetry.domain.look import Quality, plant_of


class MachineState(IntEnum):
    """Source: OPC 30050 PackML, numbers of its nodeset; UNKNOWN is ours (not told)."""

    UNKNOWN = 0
    CLEARING = 1
    STOPPED = 2
    STARTING = 3
    IDLE = 4
    SUSPENDED = 5
    EXECUTE = 6
    STOPPING = 7
    ABORTING = 8
    ABORTED = 9
    HOLDING = 10
    HELD = 11
    UNHOLDING = 12
    SUSPENDING = 13
    UNSUSPENDING = 14
    RESETTING = 15
    COMPLETING = 16
    COMPLETE = 17


class MachineMode(IntEnum):
    """Source: OPC 30050 PackML; UNKNOWN is ours (not told)."""

    UNKNOWN = 0
    PRODUCTION = 1
    MAINTENANCE = 2
    MANUAL = 3


@dataclass(frozen=True, slots=True)
class StateChange:
    """A machine is in another state or mode, or is known better or worse than before.

    `since` is when it entered the state, by its own clock: losing sight of the machine changes
    the quality and not the time.
    """

    equipment: str
    state: MachineState
    mode: MachineMode
    quality: Quality
    since: Instant
    order_no: str = ""
    lot_no: str = ""

    @property
    def plant(self) -> str:
        """The first part of the equipment's path."""
        return plant_of(self.equipment)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a machine is recorded: its newest look and its newest state, by its own clock.

    A look at or before `read_at`, or a state that began before `since`, is old news.
    """

    read_at: datetime | None = None
    since: datetime | None = None
