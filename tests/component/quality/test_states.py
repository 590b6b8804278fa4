"""Every illegal step of an inspection, over gRPC: refused by type, and nothing changed."""

from typing import Any

import pytest
from google.protobuf.message import Message

from services.kit.errors import DomainError
from services.quality.domain.lifecycle import INSPECTION, Command, State
from tests.component.quality.laboratory import Laboratory
from tests.component.quality.messages import (
    commanding,
    deciding,
    lot,
    opening,
    output,
    part,
    reading,
    recording,
)
from tests.paths import illegal, paths

PATHS = paths(INSPECTION, State.CREATED)
FIELDS = {
    Command.RECORD: "inspection_no",
    Command.DECIDE: "decisions[0].inspection_no",
    Command.FINISH: "decisions[0].inspection_no",
}
BEFORE = {
    Command.DECIDE: "over_disposed",
    Command.FINISH: "over_disposed",
    Command.CANCEL: "partly_decided",
}
"""What is decided already, all of it, is refused for that before its state is looked at."""


def request(command: Command, no: str, key: str, split_no: int = 1) -> Message:
    """As a client asks for it; a split that was decided before would be a repeat."""
    match command:
        case Command.RECORD:
            return recording(reading(key[:60]), no=no, key=key)
        case Command.DECIDE:
            return deciding(part(split_no, "80", no=no), key=key)
        case Command.FINISH:
            return deciding(part(split_no, "100", no=no), key=key)
    return commanding(command.name, no=no, key=key)


async def send(calls: Any, message: Message) -> None:
    method = message.DESCRIPTOR.name.removesuffix("Request")
    await getattr(calls.inspections, method)(message)


async def test_illegal_steps_are_refused_in_every_state(laboratory: Laboratory) -> None:
    assert PATHS.keys() == set(State)
    numbers = {state: f"IL-{place}" for place, state in enumerate(PATHS, 1)}
    wrong: list[tuple[str, str, str, str]] = []
    async with laboratory.calling() as calls:
        for state, way in PATHS.items():
            made = output(state.name, lot=lot(f"BREAD/{state.name}"))
            await calls.inspections.OpenInspections(opening(made))
            for place, step in enumerate(way):
                await send(calls, request(step, numbers[state], f"{state.name} {place}"))
        before = await laboratory.rows()
        for state, no in numbers.items():
            for step in illegal(INSPECTION, state):
                asked = request(step, no, f"{state.name} refuses {step.name}", split_no=9)
                with pytest.raises(DomainError) as caught:
                    await send(calls, asked)
                error = caught.value
                allowed = all(name.value in error.hint for name in INSPECTION.next[state])
                said = error.code == "wrong_state" and error.field == FIELDS.get(
                    step, "commands[0].command"
                )
                decided = state in (State.DECIDED, State.CLOSED)
                if not (said and allowed) and not (decided and error.code == BEFORE.get(step)):
                    wrong.append((state, step, error.code, error.field))
    assert wrong == []
    assert await laboratory.rows() == before
