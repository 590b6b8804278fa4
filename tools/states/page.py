"""docs/states.md: a table a machine, with what other systems call each state."""

from collections.abc import Iterable, Sequence
from enum import Enum

from services.kit.machine import word
from tools.states.found import AnyMachine

_HEAD = """\
# State machines

Written by `make states` from the tables in the code; `make check` refuses a page that differs.
A command that a state does not list is refused with what is allowed. (k) marks a word from general
knowledge that was not checked against the standard it comes from.
"""


def page(machines: Iterable[AnyMachine]) -> str:
    """The whole page."""
    return "\n".join([_HEAD, *map(_section, machines)])


def _section(machine: AnyMachine) -> str:
    told = [f"protobuf `{machine.proto}`"] if machine.proto else []
    told += [f"graph `{machine.graph}`"] if machine.graph else []
    about = "; ".join([*([machine.source] if machine.source else []), *told])
    heads = ["state", "command -> next", *machine.columns]
    rows = [_row(machine, state) for state in machine.states]
    lines = [f"## {machine.name}", "", f"{about}. Begins as {word(machine.start)}.", ""]
    return "\n".join([*lines, *_table([heads, ["---"] * len(heads), *rows]), ""])


def _row(machine: AnyMachine, state: Enum) -> list[str]:
    steps = [f"{word(command)} -> {word(after)}" for command, after in machine.next[state].items()]
    name = f"{word(state)} ({state.value})" if isinstance(state, int) else word(state)
    words = machine.called.get(state, ("",) * len(machine.columns))
    return [f"**{name}**" if state in machine.final else name, ", ".join(steps) or "-", *words]


def _table(rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cell or '-' for cell in row)} |" for row in rows]
