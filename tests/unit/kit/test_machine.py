from enum import IntEnum, StrEnum

import pytest

from services.kit.errors import ConflictError
from services.kit.machine import Machine


class Door(IntEnum):
    OPEN = 1
    SHUT = 2
    WALLED_UP = 3


class Act(StrEnum):
    CLOSE = "close"
    WALL_UP = "wall_up"
    KNOCK = "knock"


DOOR = Machine(
    name="house.door",
    noun="door",
    start=Door.OPEN,
    next={
        Door.OPEN: {Act.CLOSE: Door.SHUT},
        Door.SHUT: {Act.WALL_UP: Door.WALLED_UP},
        Door.WALLED_UP: {},
    },
    final=frozenset({Door.WALLED_UP}),
    columns=("builder", "landlord"),
    called={Door.OPEN: ("ajar", ""), Door.SHUT: ("to", "let"), Door.WALLED_UP: ("", "gone")},
)


def test_a_listed_command_leads_on() -> None:
    assert DOOR.follow(Door.OPEN, Act.CLOSE) is Door.SHUT


@pytest.mark.parametrize(
    ("state", "command", "message", "hint"),
    [
        (Door.OPEN, Act.WALL_UP, "an open door takes no wall_up", "allowed now: close"),
        (Door.SHUT, Act.KNOCK, "a shut door takes no knock", "allowed now: wall_up"),
        (
            Door.WALLED_UP,
            Act.CLOSE,
            "a walled_up door takes no close",
            "allowed now: nothing, that is its end",
        ),
    ],
)
def test_any_other_is_refused_with_the_way_out(
    state: Door, command: Act, message: str, hint: str
) -> None:
    with pytest.raises(ConflictError) as caught:
        DOOR.follow(state, command, field="doors[0].act")
    error = caught.value
    assert (str(error), error.code, error.field, error.hint) == (
        message,
        "wrong_state",
        "doors[0].act",
        hint,
    )


def test_it_knows_its_parts() -> None:
    assert DOOR.states == tuple(Door)
    assert DOOR.commands == tuple(Act)
    assert DOOR.column("landlord") == {Door.SHUT: "let", Door.WALLED_UP: "gone"}
