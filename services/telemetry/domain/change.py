"""A value that one node of a machine reported, and what the node means."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from services.telemetry.domain.look import CounterKind, Quality


class Role(StrEnum):
    """What a node says of its machine."""

    STATE = "state"
    MODE = "mode"
    ORDER = "order"
    LOT = "lot"
    COUNT = "count"
    MATERIAL = "material"
    MATERIAL_LOT = "material lot"
    REASON = "reason"


class Tag(NamedTuple):
    """A node by its meaning; `counter` where it is about one."""

    role: Role
    counter: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a node shows since `at`, by the machine's clock.

    A count is a Decimal, a state or mode its PackML number, all else text. A BAD one says nothing.
    `after_loss`: values that it showed before this one were lost on their way.
    """

    at: datetime
    tag: Tag
    value: Decimal | int | str
    quality: Quality = Quality.GOOD
    after_loss: bool = False


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter as it was set up. `retained`: its controller keeps it through restarts.

    `item_no` is that of a consumed material, where no node shows it.
    """

    name: str
    kind: CounterKind
    retained: bool
    item_no: str = ""
