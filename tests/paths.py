"""Ways through a state machine, for tests that must bring a thing into each of its states."""

from collections.abc import Iterator
from typing import Any

from services.kit.machine import Machine


def paths(machine: Machine[Any, Any], start: Any) -> dict[Any, tuple[Any, ...]]:
    """The fewest commands that lead from `start` to each state."""
    found: dict[Any, tuple[Any, ...]] = {start: ()}
    ahead = [start]
    for state in ahead:
        for command, after in machine.next[state].items():
            if after not in found:
                found[after] = (*found[state], command)
                ahead.append(after)
    return found


def illegal(machine: Machine[Any, Any], state: Any) -> Iterator[Any]:
    """The commands that the state does not list."""
    return (command for command in machine.commands if command not in machine.next[state])
