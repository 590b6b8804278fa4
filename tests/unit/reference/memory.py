"""The reference service's ports in memory: a unit of work works on a copy."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from services.kit.clock import ManualClock
from services.kit.paging import Page
from services.reference.domain.code import CodeMapping, Question, Unmapped
from services.reference.domain.names import Key
from services.reference.ports import Books, Record
from services.reference.wire.events import event_key, write_event
from tests.unit.reference.examples import NOON

R = TypeVar("R", bound=Record)


@dataclass
class MemoryRecords(Generic[R]):
    """Records by key."""

    rows: dict[Key, R] = field(default_factory=dict)

    async def get(self, keys: Collection[Key], *, by: Sequence[str] = ()) -> list[R]:
        """Those with these values."""
        return [
            row
            for key, row in sorted(self.rows.items())
            if (tuple(getattr(row, name) for name in by) or key) in keys
        ]

    async def after(self, key: Key | None, limit: int) -> list[R]:
        """The next by key."""
        return [self.rows[one] for one in sorted(self.rows) if key is None or one > key][:limit]

    async def put(self, records: Sequence[R]) -> None:
        """Store them."""
        self.rows |= {record.key: record for record in records}


@dataclass
class MemoryQueue:
    """Questions in the order they were first asked."""

    rows: dict[Key, tuple[int, Unmapped]] = field(default_factory=dict)

    async def meet(self, questions: Collection[Question], at: datetime) -> list[Unmapped]:
        """Count; those that are new."""
        new = []
        for one in {question.key: question for question in questions}.values():
            if known := self.rows.get(one.key):
                self.rows[one.key] = known[0], replace(known[1], seen=known[1].seen + 1)
            else:
                new.append(Unmapped(one, at, 1))
                self.rows[one.key] = len(self.rows) + 1, new[-1]
        return new

    async def settle(self, mappings: Collection[CodeMapping]) -> None:
        """Take out what is answered."""
        answered = {key for mapping in mappings for key in mapping.answers}
        for key, (_, unmapped) in list(self.rows.items()):
            if answered & {key, unmapped.question.general}:
                del self.rows[key]

    async def page(self, plants: Collection[str] | None, page: Page) -> list[tuple[int, Unmapped]]:
        """Oldest first."""
        after = page.after[0] if page.after else 0
        rows = [row for row in self.rows.values() if row[0] > int(after)]
        return [
            row for row in sorted(rows, key=lambda row: row[0])
            if plants is None or row[1].question.plant in {"", *plants}
        ][: page.limit]  # fmt: skip


@dataclass
class MemoryFacts:
    """Key and name of what was told."""

    told: list[str] = field(default_factory=list)

    def tell(self, fact: Record | Unmapped) -> None:
        """Keep it."""
        self.told.append(f"{event_key(fact)} {write_event(fact).DESCRIPTOR.name}")


class MemoryGate:
    """Nobody else is here."""

    async def enter(self) -> None:
        """At once."""


class MemoryShelf:
    """Units of work over books in memory."""

    def __init__(self) -> None:
        self._books = Books(
            items=MemoryRecords(),
            plants=MemoryRecords(),
            boms=MemoryRecords(),
            routings=MemoryRecords(),
            equipment=MemoryRecords(),
            parties=MemoryRecords(),
            code_mappings=MemoryRecords(),
            queue=MemoryQueue(),
            facts=MemoryFacts(),
            gate=MemoryGate(),
            clock=ManualClock(NOON),
        )

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        books = deepcopy(self._books)
        yield books
        self._books = books

    async def told(self) -> list[str]:
        """What was committed, in the order of the keys."""
        facts: Any = self._books.facts
        return sorted(facts.told)
