"""State machines as data: one table a noun, from which code, contracts and docs/states.md follow.

A service declares its machines in its domain; tools.states and the exhaustive test find them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from services.kit.errors import ConflictError

S = TypeVar("S", bound=Enum)
C = TypeVar("C", bound=Enum)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Machine(Generic[S, C]):
    """Every state of a noun has a row in `next`; what a row does not list is refused.

    `name` is "<service>.<noun>", `noun` what people call it; `final` states have no way out.
    `called` says what others call each state, a word a column, "" where they have none and with
    (k) where it was not checked against their standard. `proto` is the full name of the protobuf
    enum of the states, `graph` that of the graph's; "" where they are not told. `source` is where
    the table comes from.
    """

    name: str
    noun: str
    start: S
    next: Mapping[S, Mapping[C, S]]
    final: frozenset[S] = frozenset()
    columns: tuple[str, ...] = ()
    called: Mapping[S, tuple[str, ...]] = field(default_factory=dict)
    proto: str = ""
    graph: str = ""
    source: str = ""

    @property
    def states(self) -> tuple[S, ...]:
        """In the order of the table."""
        return tuple(self.next)

    @property
    def commands(self) -> tuple[C, ...]:
        """Every command of the noun, whether a row lists it or not."""
        kinds = dict.fromkeys(type(command) for row in self.next.values() for command in row)
        return tuple(command for kind in kinds for command in kind)

    def column(self, name: str) -> dict[S, str]:
        """What that column calls each state, where it has a word."""
        place = self.columns.index(name)
        return {state: words[place] for state, words in self.called.items() if words[place]}

    def follow(self, state: S, command: C, *, field: str = "command") -> S:
        """The state after `command`; raises ConflictError naming both, `field` and the way out."""
        row = self.next.get(state, {})
        if command in row:
            return row[command]
        raise ConflictError(
            f"{_article(word(state))} {self.noun} takes no {word(command)}",
            code="wrong_state",
            field=field,
            hint=f"allowed now: {', '.join(map(word, row)) or 'nothing, that is its end'}",
        )


def word(member: Enum) -> str:
    """A state or command as the contracts spell it, without their prefix."""
    return member.name.lower()


def _article(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"
