"""What the reference service needs: records in batches, and the stewardship queue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from services.kit.clock import Clock
from services.kit.paging import Page
from services.reference.domain.bill import Bill
from services.reference.domain.change import EngineeringChange
from services.reference.domain.code import Document, Question, Unmapped, Waiting
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.code_state import Status
from services.reference.domain.cost import StandardCost
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.location import Location
from services.reference.domain.lot_conversion import LotConversion
from services.reference.domain.names import Key
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.reason import Reason
from services.reference.domain.routing import Routing

Record = (
    Item | Plant | Bill | Routing | Equipment | Party | Location | Reason | EngineeringChange
    | LotConversion | StandardCost
)  # fmt: skip
Fact = Record | CodeMapping | Unmapped
R = TypeVar("R")


class Records(Protocol[R]):
    """Records of one kind, in one unit of work."""

    async def get(self, keys: Collection[Key], *, by: Sequence[str] = ()) -> list[R]:
        """Those with these values in the fields `by` (the natural key if none are named)."""
        ...

    async def after(self, key: Key | None, limit: int) -> list[R]:
        """The next by key; None begins."""
        ...

    async def put(self, records: Sequence[R], known: Mapping[Key, R]) -> None:
        """Store them, with who did it and what was `known` of each before."""
        ...


class Changes(Records[EngineeringChange], Protocol):
    """Engineering changes, also by what they are about."""

    async def affecting(self, item_nos: Collection[str]) -> list[EngineeringChange]:
        """Those that name one of these items."""
        ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which versions of mappings: of these plants and of every plant (None: all), of a system."""

    plants: Collection[str] | None = None
    system: str = ""
    status: Status | None = None


class Mappings(Protocol):
    """Every version of what codes mean, in one unit of work."""

    async def get(self, codes: Collection[Key]) -> list[CodeMapping]:
        """All versions of these codes, by code and version."""
        ...

    async def answering(self, codes: Collection[Key]) -> list[CodeMapping]:
        """All versions, but drafts, with these codes or with these as their canonical."""
        ...

    async def after(
        self, place: tuple[str | int, ...] | None, limit: int, chosen: Chosen
    ) -> list[CodeMapping]:
        """The next by code and version; None begins."""
        ...

    async def put(self, versions: Sequence[CodeMapping]) -> None:
        """Store them, with who did it and what was there before."""
        ...


class Queue(Protocol):
    """Questions that wait for a steward and the documents behind them, in one unit of work."""

    async def meet(self, met: Mapping[Question, int], at: datetime) -> list[Unmapped]:
        """Count by how many they were asked; those that are new here."""
        ...

    async def keep(
        self, reporter: str, documents: Sequence[Document], round: str
    ) -> dict[Question, int]:
        """Remember that they wait; how many are new behind each question (0: none)."""
        ...

    async def forget(self, reporter: str, system: str, round: str) -> None:
        """Drop what this round did not tell of, and questions behind which nothing is left."""
        ...

    async def settle(self, mappings: Collection[CodeMapping]) -> None:
        """Take out the documents they answer, and the questions nothing waits for any more.

        What happened when a mapping does not hold goes on waiting.
        """
        ...

    async def page(self, plants: Collection[str] | None, page: Page) -> list[tuple[int, Waiting]]:
        """Of these plants (None: all) and of no plant, oldest first, each with its place."""
        ...

    async def documents(self, question: Question, page: Page) -> list[tuple[int, Document]]:
        """What waits behind a question, in the order it was told of, each with its place."""
        ...


class Facts(Protocol):
    """Where facts go to be told, when the unit of work commits."""

    async def write(self) -> None:
        """Put down what was told so far: a long unit of work need not remember all of it."""
        ...

    def tell(self, fact: Fact) -> None:
        """A record or a mapping as it is now, or a question that nobody has answered."""
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
    locations: Records[Location]
    reasons: Records[Reason]
    changes: Changes
    lot_conversions: Records[LotConversion]
    standard_costs: Records[StandardCost]
    code_mappings: Mappings
    queue: Queue
    facts: Facts
    gate: Gate
    clock: Clock
