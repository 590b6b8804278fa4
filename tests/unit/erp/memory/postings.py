"""Postings in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.erp.domain.keys import LotKey, OrderKey
from services.erp.domain.posting import Posting
from services.erp.ports import PostingRecord
from services.kit.errors import ConflictError
from services.kit.lanes.entry import State
from tests.unit.erp.memory.examples import NOON


@dataclass
class MemoryPostings:
    """Postings by (system, reference)."""

    records: dict[tuple[str, str], PostingRecord] = field(default_factory=dict)
    released: list[LotKey] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)

    async def accept(self, system: str, posting: Posting, *, aside: str = "") -> None:
        """Keep the first one of a reference."""
        record = PostingRecord(
            order=posting.order,
            reference=posting.reference,
            posting=posting,
            system=system,
            position=len(self.records) + 1,
            state=State.READY,
            document="",
            reason="",
            attempts=0,
            aside=aside,
            since=NOON,
        )
        first = self.records.setdefault((system, posting.reference), record)
        if first.posting != posting:
            raise ConflictError("other content", code="reference_taken", field="reference")

    async def decline(self, system: str, posting: Posting, reason: str) -> PostingRecord:
        """Told, not kept."""
        await self.accept(system, posting)
        record = self.records.pop((system, posting.reference))
        self.declined.append(reason)
        return replace(record, state=State.SKIPPED, reason=reason)

    async def by_reference(
        self, system: str, references: Collection[str]
    ) -> Mapping[str, PostingRecord]:
        """Those that exist."""
        return {
            reference: self.records[system, reference]
            for reference in references
            if (system, reference) in self.records
        }

    async def of_orders(self, keys: Collection[OrderKey]) -> Sequence[PostingRecord]:
        """By order."""
        return [record for record in self.records.values() if record.order in keys]

    async def set_aside(self, lots: Mapping[LotKey, str]) -> None:
        """Note why on whatever names the lot."""
        for key, record in self.records.items():
            if record.posting and (mine := record.posting.lots & lots.keys()):
                self.records[key] = replace(record, aside=lots[next(iter(mine))])

    async def release(self, lots: Collection[LotKey]) -> None:
        """Note that they may go on."""
        self.released += sorted(lots)

    async def under_way(self, lots: Collection[LotKey]) -> Sequence[str]:
        """What a test says, for lots that are asked about."""
        return self.busy if lots else []
