"""A handling unit: a pallet, a box or whatever else is packed, known by its SSCC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kit.errors import ConflictError, InvalidError
from services.kit.machine import Machine

_PACKAGE = re.compile(r"[0-9A-Z]{2}", re.ASCII)


class State(StrEnum):
    """Where a unit is on its way."""

    BUILT = "built"
    STAGED = "staged"
    LOADED = "loaded"
    SHIPPED = "shipped"
    RECEIVED = "received"
    EMPTY = "empty"


class Command(StrEnum):
    """What happens to a unit, and to all that is nested in it."""

    MOVE = "move"
    NEST = "nest"
    STAGE = "stage"
    UNSTAGE = "unstage"
    LOAD = "load"
    UNLOAD = "unload"
    SHIP = "ship"
    RECEIVE = "receive"
    EMPTY = "empty"


# An SSCC is not used again within a year of its shipment, here never.
# Source: GS1 General Specifications 4.4.
HANDLING_UNIT = Machine(
    name="wms.handling_unit",
    noun="handling unit",
    start=State.BUILT,
    next={
        State.BUILT: {
            Command.MOVE: State.BUILT,
            Command.NEST: State.BUILT,
            Command.STAGE: State.STAGED,
            Command.EMPTY: State.EMPTY,
        },
        State.STAGED: {
            Command.MOVE: State.STAGED,
            Command.UNSTAGE: State.BUILT,
            Command.LOAD: State.LOADED,
        },
        State.LOADED: {Command.UNLOAD: State.STAGED, Command.SHIP: State.SHIPPED},
        State.SHIPPED: {Command.RECEIVE: State.RECEIVED},
        State.RECEIVED: {
            Command.MOVE: State.RECEIVED,
            Command.NEST: State.RECEIVED,
            Command.STAGE: State.STAGED,
            Command.EMPTY: State.EMPTY,
        },
        State.EMPTY: {},
    },
    final=frozenset({State.EMPTY}),
    columns=("EPCIS bizStep",),
    called={
        State.BUILT: ("packing",),
        State.STAGED: ("staging_outbound",),
        State.LOADED: ("loading",),
        State.SHIPPED: ("shipping",),
        State.RECEIVED: ("receiving",),
        State.EMPTY: ("unpacking",),
    },
    proto="plantmesh.wms.v1.HandlingUnitState",
    graph="HandlingUnitState",
    source="domain-model 3.5 (HandlingUnit)",
)
OPEN = frozenset({State.BUILT, State.STAGED, State.LOADED, State.RECEIVED})
"""States in which stock may be in a unit and move by itself."""


@dataclass
class HandlingUnit:
    """`type` is a package code of Recommendation 21, `parent` the SSCC of the unit it is in."""

    sscc: str
    plant: str
    location: str
    type: str
    as_of: datetime
    state: State = State.BUILT
    parent: str = ""
    delivery_no: str = ""

    def __post_init__(self) -> None:
        """Raises InvalidError naming the field."""
        if not _PACKAGE.fullmatch(self.type):
            raise InvalidError(
                f"{self.type[:10]!r} is no package code",
                code="bad_package",
                field="type",
                hint="two characters of Recommendation 21, such as PX for a pallet",
            )

    def follow(self, command: Command, at: datetime) -> None:
        """Raises ConflictError naming `command` where its state does not allow it."""
        self.state = HANDLING_UNIT.follow(self.state, command)
        self.as_of = at


def check_nesting(units: Mapping[str, HandlingUnit], unit: HandlingUnit, parent: str) -> None:
    """Raises ConflictError naming `parent` when it cannot take the unit.

    `units` holds the parent and all that it is nested in.
    """
    into = units[parent]
    if (into.plant, into.location) != (unit.plant, unit.location):
        raise ConflictError(
            f"{parent} is not where {unit.sscc} is",
            code="elsewhere",
            field="parent",
            hint="move one of them first",
        )
    if into.state not in (State.BUILT, State.RECEIVED):
        raise ConflictError(
            f"{parent} is {into.state}", code="wrong_state", field="parent", hint="unstage it first"
        )
    above: str = parent
    while above:
        if above == unit.sscc:
            raise ConflictError(
                f"{parent} is nested in {unit.sscc}",
                code="circular_nesting",
                field="parent",
                hint="take it out first",
            )
        above = units[above].parent
