"""What the use cases need: machines as rows that are locked, changed and told of in one go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.kit.clock import Clock
from services.kit.paging import Page
from services.telemetry.domain.equipment import Mark
from services.telemetry.domain.keys import OrderKey
from services.telemetry.domain.machine import Machine, Report


class Machines(Protocol):
    """Machines as they were last told of."""

    async def open(self, epoch: int, equipment: Collection[str]) -> dict[str, Machine]:
        """Lock them in the order of their paths for the term of `epoch`; new ones become known.

        Raises ConflictError with code "superseded" when a later term told of one already.
        """
        ...

    async def save(self, machines: Collection[Machine]) -> None:
        """Look and state of locked ones."""
        ...

    async def marks(self, equipment: Collection[str]) -> dict[str, Mark]:
        """How far those that are known are recorded."""
        ...

    async def get(self, equipment: Collection[str]) -> dict[str, Machine]:
        """Those that are known."""
        ...

    async def page(self, plant: str, page: Page) -> Sequence[Machine]:
        """One more than the page's size at most, by path."""
        ...

    async def walk(self, after: str) -> Sequence[Machine]:
        """The next hundred or so of all plants, by path; none at the end."""
        ...

    async def at_work(self, orders: Collection[OrderKey]) -> dict[OrderKey, list[str]]:
        """The paths of the machines that work on each order now, sorted."""
        ...


class Facts(Protocol):
    """Where facts go to be told."""

    def tell(self, epoch: int, fact: Report) -> None:
        """When the unit of work commits, after what was told before."""
        ...


class Terms(Protocol):
    """The terms in which the plants' collectors lead, one a plant, whoever elects them."""

    async def highest(self, plants: Collection[str]) -> int:
        """The highest epoch that began for one of them; 0 before the first."""
        ...

    async def begin(self, epoch: int, plants: Collection[str]) -> None:
        """From now on nobody else tells of them; not safe to repeat.

        Raises ConflictError with code "superseded" when a term of this epoch or a later one began.
        """
        ...

    async def beat(self, epoch: int, plants: Collection[str]) -> None:
        """Show that its leader is at work, and let nothing commit that is of another term.

        Raises ConflictError with code "superseded".
        """
        ...

    async def beats(self) -> dict[str, tuple[int, int]]:
        """By plant, what changes with every beat and every term."""
        ...


class Heartbeat(Protocol):
    """Whether anybody reads the machines."""

    def heard(self, plant: str) -> bool:
        """A collector of that plant leads, and was heard of within the last seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """All of it, and the time."""

    machines: Machines
    facts: Facts
    terms: Terms
    heartbeat: Heartbeat
    clock: Clock
