"""What the use cases need: machines as rows that are locked, changed and told of in one go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.kit.clock import Clock
from services.telemetry.domain.equipment import Mark, StateChange
from services.telemetry.domain.look import Look


class Machines(Protocol):
    """Machines as they were last told of."""

    async def open(self, epoch: int, equipment: Collection[str]) -> dict[str, Mark]:
        """Lock them in the order of their paths for the term of `epoch`; new ones become known.

        Raises ConflictError with code "superseded" when a later term told of one already.
        """
        ...

    async def marks(self, equipment: Collection[str]) -> dict[str, Mark]:
        """How far those that are known are recorded."""
        ...

    async def save(self, looks: Sequence[Look], states: Sequence[StateChange]) -> None:
        """The newest of each machine, of locked ones."""
        ...


class Facts(Protocol):
    """Where facts go to be told."""

    def tell(self, epoch: int, fact: Look | StateChange) -> None:
        """When the unit of work commits, after what was told before."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """All of it, and the time."""

    machines: Machines
    facts: Facts
    clock: Clock
