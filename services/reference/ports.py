"""What the reference service needs: records in batches, and the stewardship queue."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from services.kit.clock import Clock
from services.kit.paging import Page
from services.reference.domain.bill import Bill
from services.reference.domain.code import CodeMapping, Question, Unmapped
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.names import Key
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.routing import Routing

Record = Item | Plant | Bill | Routing | Equipment | Party | CodeMapping
R = TypeVar("R")


class Records(Protocol[R]):
    """Records of one kind, in one unit of work."""

    async def get(self, keys: Collection[Key], *, by: Sequence[str] = ()) -> list[R]:
        """Those with these values in the fields `by` (the natural key if none are named)."""
        ...

    async def after(self, key: Key | None, limit: int) -> list[R]:
        """The next by key; None begins."""
        ...

    async def put(self, records: Sequence[R]) -> None:
        """Store them, with who did it and what was there before."""
        ...


class Queue(Protocol):
    """Questions that wait for a steward, in one unit of work."""

    async def meet(self, questions: Collection[Question], at: datetime) -> list[Unmapped]:
        """Count that they were asked; those that are new here."""
        ...

    async def settle(self, mappings: Collection[CodeMapping]) -> None:
        """Take out what they answer, at their plant or at every plant."""
        ...

    async def page(self, plants: Collection[str] | None, page: Page) -> list[tuple[int, Unmapped]]:
        """Of these plants (None: all) and of no plant, oldest first, each with its place."""
        ...


class Facts(Protocol):
    """Where facts go to be told, when the unit of work commits."""

    def tell(self, fact: Record | Unmapped) -> None:
        """A record as it is now, or a question that nobody has answered."""
        ...


class Gate(Protocol):
    """One writer at a time: master data refer to each other."""

    async def enter(self) -> None:
        """Wait for our turn; it lasts until the unit of work ends."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """All of it, and the time."""

    items: Records[Item]
    plants: Records[Plant]
    boms: Records[Bill]
    routings: Records[Routing]
    equipment: Records[Equipment]
    parties: Records[Party]
    code_mappings: Records[CodeMapping]
    queue: Queue
    facts: Facts
    gate: Gate
    clock: Clock
