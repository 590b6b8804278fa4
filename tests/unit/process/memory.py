"""The books of process in memory, as far as its use cases need them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.process.domain.closing import Stage, Standing
from services.process.domain.effects import Effect, Kind, Posting
from services.process.domain.facts import Confirmed, HoldOrdered, Told
from services.process.domain.keys import OrderKey
from services.process.domain.ledger import Allotment, Disposition, Part, Yield
from services.process.ports import Books, PostedPart


class MemoryFacts:
    """Kept and closed."""

    def __init__(self) -> None:
        self.rows: dict[str, Told] = {}
        self.done: set[str] = set()

    async def keep(self, told: Sequence[Told]) -> Sequence[Told]:
        """New ones."""
        new = [one for one in told if one.id not in self.rows]
        self.rows |= {one.id: one for one in new}
        return new

    async def booked(self, order: OrderKey, number: int) -> Confirmed | None:
        """Of those carried out."""
        for id in self.done & self.rows.keys():
            fact = self.rows[id].fact
            if isinstance(fact, Confirmed) and (fact.order, fact.number) == (order, number):
                return fact
        return None

    async def close(self, ids: Collection[str]) -> bool:
        """All or none."""
        if self.done & set(ids):
            return False
        self.done |= set(ids)
        return True


class MemoryFlows:
    """Locks nothing: nobody else is here."""

    def __init__(self) -> None:
        self.called: dict[str, datetime] = {}

    async def lock(self, flow: str) -> None:
        """Nothing to do."""

    async def call(self, flows: Collection[str], now: datetime) -> Sequence[str]:
        """Those of Lyon are known."""
        known = [flow for flow in sorted(flows) if flow.startswith("order/lyon/")]
        self.called |= dict.fromkeys(known, now)
        return known


class MemoryLedgers:
    """Of one order."""

    def __init__(self) -> None:
        self.item = ""
        self.yields: list[Yield] = []
        self.decisions: list[Disposition] = []
        self.parts_kept: list[Part] = []
        self.inspections: dict[int, str] = {}
        self.taken_back: dict[int, int] = {}

    async def confirm(self, confirmed: Confirmed, inspection_no: str, at: datetime) -> None:
        """Waits if it is inspected."""
        self.item = confirmed.item_no
        self.inspections[confirmed.number] = inspection_no
        if inspection_no:
            self.yields.append(
                Yield(confirmed.number, confirmed.lot_no, inspection_no, confirmed.good)
            )

    async def dispose(self, order: OrderKey, disposition: Disposition, actor: str) -> None:
        """Waits for yields."""
        self.decisions.append(disposition)

    async def waiting(
        self, order: OrderKey, inspections: Collection[str]
    ) -> tuple[Sequence[Yield], Sequence[Disposition]]:
        """All of these inspections."""
        return (
            [one for one in self.yields if one.inspection_no in inspections],
            [one for one in self.decisions if one.inspection_no in inspections],
        )

    async def keep(self, order: OrderKey, allotment: Allotment) -> None:
        """What is left."""
        self.parts_kept += allotment.parts
        self.yields, self.decisions = list(allotment.yields), list(allotment.dispositions)

    async def add(self, order: OrderKey, part: Part) -> None:
        """One that never waited."""
        self.parts_kept.append(part)

    async def parts(self, order: OrderKey, number: int) -> Sequence[Part]:
        """Of one yield."""
        return [part for part in self.parts_kept if part.number == number]

    async def inspection(self, order: OrderKey, number: int) -> str:
        """As it was confirmed."""
        return self.inspections.get(number, "")

    async def take_back(self, order: OrderKey, number: int, by: int) -> None:
        """Noted."""
        self.taken_back[number] = by

    async def item_no(self, order: OrderKey) -> str:
        """Of the first."""
        return self.item


class MemoryEffects:
    """Planned, and the ERP's word on them."""

    def __init__(self) -> None:
        self.planned: dict[str, Effect] = {}
        self.words: dict[str, str] = {}

    async def plan(self, effects: Sequence[Effect], actor: str) -> None:
        """By who carries it out, and reference."""
        for one in effects:
            self.planned.setdefault(f"{one.at} {one.reference}", one)

    async def flows_of(self, references: Collection[str]) -> Sequence[str]:
        """Of those planned."""
        planned = (self.planned.get(f"erp {one}") for one in references)
        return sorted({one.order.flow for one in planned if one})

    async def posted(self, reference: str, document: str, at: datetime) -> PostedPart | None:
        """Once."""
        effect = self.planned.get(f"erp {reference}")
        if self.words.get(reference) == "posted" or not isinstance(effect, Posting):
            return None
        self.words[reference] = "posted"
        return PostedPart(effect, document) if effect.kind is Kind.YIELD else None

    async def failed(self, reference: str, state: str, reason: str, at: datetime) -> None:
        """Noted."""
        self.words[reference] = f"{state}: {reason}"


class MemoryHolds:
    """As ordered last."""

    def __init__(self) -> None:
        self.rows: dict[str, HoldOrdered] = {}

    async def order(self, hold: HoldOrdered) -> None:
        """The newest."""
        self.rows[hold.hold_no] = replace(hold)

    async def get(self, hold_nos: Collection[str]) -> Mapping[str, HoldOrdered]:
        """Those that are known."""
        return {no: self.rows[no] for no in hold_nos if no in self.rows}


class MemoryClosings:
    """As a test says they stand."""

    def __init__(self) -> None:
        self.rows: dict[str, Standing] = {}
        self.due: dict[str, datetime] = {}

    async def reach(self, flow: str, stage: Stage, told: Told, due: datetime) -> None:
        """Nothing waits here."""
        self.rows[flow] = Standing(stage, True, True, 1, told.actor, told.fact.occurred_at)  # type: ignore[union-attr]
        self.due[flow] = due

    async def standing(self, flow: str) -> Standing | None:
        """Unless the ERP was told."""
        found = self.rows.get(flow)
        return found if found and found.stage is not Stage.TOLD else None

    async def move(self, flow: str, stage: Stage, last: int) -> None:
        """On."""
        self.rows[flow] = replace(self.rows[flow], stage=stage, last=last)

    async def pending(self, flows: Collection[str]) -> Sequence[str]:
        """Of which something is left."""
        return [flow for flow in sorted(flows) if await self.standing(flow)]


def memory_books() -> Any:
    """Books whose parts can be looked into."""
    facts: Any = MemoryFacts()
    flows: Any = MemoryFlows()
    effects: Any = MemoryEffects()
    holds: Any = MemoryHolds()
    closings: Any = MemoryClosings()
    views: Any = None
    return Books(facts, flows, MemoryLedgers(), effects, holds, closings, views)
