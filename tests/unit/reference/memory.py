"""The reference service's ports in memory: a unit of work works on a copy."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from services.kit.clock import ManualClock
from services.reference.domain.change import EngineeringChange
from services.reference.domain.names import Key
from services.reference.ports import Books, Fact, Record
from services.reference.wire.events import event_key, write_event
from tests.unit.reference.examples import NOON
from tests.unit.reference.memory_codes import MemoryMappings, MemoryQueue

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

    async def put(self, records: Sequence[R], known: Mapping[Key, R]) -> None:
        """Store them; the audit is told what they replace."""
        assert all(known.get(one.key) == self.rows.get(one.key) for one in records)
        self.rows |= {record.key: record for record in records}


class MemoryChanges(MemoryRecords[EngineeringChange]):
    """Changes, also by item."""

    async def affecting(self, item_nos: Collection[str]) -> list[EngineeringChange]:
        """Those that name one of these."""
        return [
            change
            for _, change in sorted(self.rows.items())
            if any(one.item_no in item_nos for one in change.affected)
        ]


@dataclass
class MemoryFacts:
    """Key and name of what was told."""

    told: list[str] = field(default_factory=list)

    def tell(self, fact: Fact) -> None:
        """Keep it."""
        self.told.append(f"{event_key(fact)} {write_event(fact).DESCRIPTOR.name}")

    async def write(self) -> None:
        """It is kept anyway."""


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
            locations=MemoryRecords(),
            reasons=MemoryRecords(),
            changes=MemoryChanges(),
            lot_conversions=MemoryRecords(),
            standard_costs=MemoryRecords(),
            code_mappings=MemoryMappings(),
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
