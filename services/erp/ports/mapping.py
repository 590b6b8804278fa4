"""What codes mean here, what waits for them, and what mapping again would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.erp.domain.codes import Code, CodeTable, Waiting
from services.erp.domain.mapping_diff import Diff, DocumentChange, Outcome, Review, Scope
from services.kit.lanes.entry import Entry
from services.kit.paging import Page

PRODUCTION = "production_order"
"""The kind of a raw production order; that of the others is their trade."""


class Codes(Protocol):
    """This service's copy of reference's code maps."""

    async def table(self, system: str, plant: str, at: datetime) -> CodeTable:
        """For what is of that time."""
        ...

    async def all(self, system: str, plant: str) -> Sequence[Code]:
        """Every version at the plant and at every plant, drafts too."""
        ...


class Waitings(Protocol):
    """What waits for codes, in one unit of work."""

    async def orders(self, system: str) -> Sequence[Waiting]:
        """Orders of a system that could not be read, oldest first."""
        ...

    async def postings(self, system: str) -> Sequence[tuple[Entry, datetime]]:
        """Postings refused for a code, and when each was accepted; oldest first.

        What a person has mended since is theirs.
        """
        ...

    async def finance(self) -> Sequence[Waiting]:
        """Movements and settlements that wait for an account, a standard cost, or the record of an
        item or plant; oldest first.
        """
        ...


@dataclass(frozen=True, slots=True)
class MappedOrder:
    """A raw order that is what we know of an order; `external` is its key in the ERP."""

    id: int
    kind: str
    external: str
    content: bytes

    @property
    def document(self) -> str:
        """What a diff calls it; production orders had no other kind beside them once."""
        return self.external if self.kind == PRODUCTION else f"{self.kind} {self.external}"


class Replays(Protocol):
    """Raw orders that were mapped, and diffs of mapping them again; in one unit of work."""

    async def mapped(self, scope: Scope, kind: str, after: str) -> Sequence[MappedOrder]:
        """The newest of each order of a kind that came since, some hundreds behind `after`."""
        ...

    async def keep(self, diff: Diff, who: str) -> None:
        """For review; one that waits for its application already is kept once."""
        ...

    async def lock(self, digest: str) -> Review:
        """The newest of this digest, which nobody else applies meanwhile; raises NotFoundError."""
        ...

    async def start(self, id: int, who: str) -> None:
        """It is being applied from now on."""
        ...

    async def open(self, id: int, limit: int) -> Sequence[tuple[DocumentChange, MappedOrder]]:
        """Documents still to be done, and each as it came, in the order of the diff."""
        ...

    async def note(self, id: int, outcomes: Mapping[int, Outcome]) -> None:
        """What became of them, by raw input; with the last one the diff is applied."""
        ...

    async def left(self, id: int) -> int:
        """How many are still to be done."""
        ...

    async def changes(self, id: int, page: Page) -> Sequence[tuple[int, DocumentChange, Outcome]]:
        """The next of the diff, each with its place."""
        ...
