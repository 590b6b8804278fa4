"""What was read of the ERPs, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.erp.ports.feeds import RawOrder, Take
from services.kit.errors import DomainError


@dataclass
class MemoryInbox:
    """Raw orders by (id, content): True once taken, else why not."""

    kept: dict[tuple[str, bytes], bool | str] = field(default_factory=dict)

    async def receive(self, orders: Sequence[RawOrder], take: Take) -> None:
        """Keep all, take what is new."""
        new = [raw for raw in orders if (raw.id, raw.content) not in self.kept]
        self.kept |= {(raw.id, raw.content): False for raw in new}
        for raw in new:
            await self._take(raw, take)

    async def replay(self, take: Take) -> None:
        """Take what failed."""
        for (id, content), state in list(self.kept.items()):
            if state is not True:
                await self._take(RawOrder(id, content), take)

    async def _take(self, raw: RawOrder, take: Take) -> None:
        try:
            await take(raw)
            self.kept[raw.id, raw.content] = True
        except DomainError as error:
            self.kept[raw.id, raw.content] = f"{error.code} {error.field}"


@dataclass
class MemoryMarks:
    """How far each kind of each system's orders was read."""

    marks: dict[tuple[str, str], str] = field(default_factory=dict)

    async def get(self, system: str, kind: str) -> str:
        """The mark."""
        return self.marks.get((system, kind), "")

    async def put(self, system: str, kind: str, mark: str) -> None:
        """Keep it."""
        self.marks[system, kind] = mark


@dataclass
class MemorySources:
    """Who was heard, with what news; who was not, and why."""

    said: list[tuple[str, datetime | str | None]] = field(default_factory=list)
    not_read: Mapping[str, str] = field(default_factory=dict)

    async def heard(
        self, system: str, changed_at: datetime | None, not_read: Mapping[str, str]
    ) -> None:
        """Keep it."""
        self.said.append((system, changed_at))
        self.not_read = not_read

    async def silent(self, system: str, reason: str) -> None:
        """Keep it."""
        self.said.append((system, reason))
