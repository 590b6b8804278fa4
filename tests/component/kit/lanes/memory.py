"""An outside system in memory, without a unique key; a test scripts its answers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.kit.lanes.entry import Entry
from services.kit.lanes.outcome import Capabilities, Found, Outcome, Posted, Unavailable

FAST = Capabilities(0.5, 0.2, batch=True)


@dataclass
class MemoryErp:
    """`journal` is (key, reference) as they arrived; `script` answers come first, per reference."""

    capabilities: Capabilities = FAST
    script: dict[str, list[Outcome]] = field(default_factory=dict)
    journal: list[tuple[str, str]] = field(default_factory=list)
    documents: dict[str, list[str]] = field(default_factory=dict)
    tokens: dict[str, list[Outcome]] = field(default_factory=dict)
    created: list[Entry] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    down: Unavailable | None = None
    breaks: bool = False
    silent_about: set[str] = field(default_factory=set)
    during_create: Callable[[], Awaitable[object]] | None = None
    asked: int = 0
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def find(self, entries: Sequence[Entry]) -> Mapping[str, Found] | Unavailable:
        """What it holds, unless it is down."""
        self.asked += 1
        if self.down:
            return self.down
        return {
            entry.reference: Found(
                tuple(self.documents.get(entry.reference, ())),
                version=self.versions.get(entry.key),
            )
            for entry in entries
            if entry.reference not in self.silent_about
        }

    async def create(self, entry: Entry, version: str | None) -> Outcome:
        """The scripted answer, else a document."""
        self.asked += 1
        self.created.append(entry)
        if self.breaks:
            raise KeyError("the adapter has a bug")
        if self.during_create:
            await self.during_create()
        if self.script.get(entry.reference):
            return self.script[entry.reference].pop(0)
        return Posted(self.book(entry))

    def book(self, entry: Entry) -> str:
        """Make a document, whether or not there is one."""
        self.journal.append((entry.key, entry.reference))
        document = f"D{len(self.journal)}"
        self.documents.setdefault(entry.reference, []).append(document)
        return document

    async def result_of(self, token: str) -> Outcome:
        """The next scripted answer of the token."""
        return self.tokens[token].pop(0)

    async def close(self) -> None:
        """Tell that somebody let go."""
        self.closed.set()
