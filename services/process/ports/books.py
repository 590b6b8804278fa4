"""The books: repositories of one unit of work."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.process.domain.closing import Stage, Standing
from services.process.domain.effects import At, Effect, Planned, Posting
from services.process.domain.facts import Confirmed, Fact, HoldOrdered, Saga, Told
from services.process.domain.keys import LotKey, OrderKey
from services.process.domain.ledger import Allotment, Disposition, Part, Yield
from services.process.domain.refusal import Refusal
from services.process.domain.waits import OrderFlow
from services.process.ports.engine import Wake


@dataclass(frozen=True, slots=True)
class PostedPart:
    """A yield that is in the ERP, to be told of."""

    posting: Posting
    document: str


class Facts(Protocol):
    """What was told and is not carried out yet, a track at a time in order."""

    async def keep(self, told: Sequence[Told]) -> Sequence[Told]:
        """Store those that are new, with their flows; they are returned."""
        ...

    async def open(
        self, flow: str, saga: Saga, kinds: Sequence[type[Fact]], limit: int
    ) -> Sequence[Told]:
        """The oldest open ones (of `kinds`, if any), none behind a refused one of its track."""
        ...

    async def booked(self, order: OrderKey, number: int) -> Confirmed | None:
        """The confirmation of this number, once it is carried out."""
        ...

    async def close(self, ids: Collection[str]) -> bool:
        """They are carried out; False, and nothing changed, when one of them was already."""
        ...

    async def refuse(self, id: str, refusal: Refusal, now: datetime) -> None:
        """Its track waits, unless it was carried out meanwhile."""
        ...


class Flows(Protocol):
    """The flows and when the sweeper looks at each again."""

    async def lock(self, flow: str) -> None:
        """Nobody else changes what belongs to it until we commit."""
        ...

    async def progress(self, flow: str, look_again: datetime) -> None:
        """It goes well."""
        ...

    async def postpone(self, flow: str, trouble: str, now: datetime) -> None:
        """It cannot go on now; the next look is further away each time."""
        ...

    async def causes(self, flow: str, saga: Saga) -> Sequence[str]:
        """Traceparents of what is open, and of the waits that it ends."""
        ...

    async def due(self, now: datetime, limit: int) -> Sequence[Wake]:
        """Flows with something to do that nobody looked at in time; each is given to one caller."""
        ...

    async def call(self, flows: Collection[str], now: datetime) -> Sequence[str]:
        """Refused facts and effects of these are open again, and due; those that exist."""
        ...


class Ledgers(Protocol):
    """The ledgers of yields."""

    async def confirm(self, confirmed: Confirmed, inspection_no: str, at: datetime) -> None:
        """Book a yield; with an inspection all of it waits."""
        ...

    async def dispose(self, order: OrderKey, disposition: Disposition, actor: str) -> None:
        """Book a decision; it waits for yields."""
        ...

    async def waiting(
        self, order: OrderKey, inspections: Collection[str]
    ) -> tuple[Sequence[Yield], Sequence[Disposition]]:
        """Yields and dispositions of the inspections that are not used up, oldest first."""
        ...

    async def keep(self, order: OrderKey, allotment: Allotment) -> None:
        """Store the parts, and what is left of where they came from."""
        ...

    async def add(self, order: OrderKey, part: Part) -> None:
        """Store a part of a yield that never waited."""
        ...

    async def inspection(self, order: OrderKey, number: int) -> str:
        """Of the yield of a confirmation; "" where there is none."""
        ...

    async def parts(self, order: OrderKey, number: int) -> Sequence[Part]:
        """What was decided of the yield of a confirmation, as it came."""
        ...

    async def take_back(self, order: OrderKey, number: int, by: int) -> None:
        """The yield of a confirmation is none any more, by another confirmation."""
        ...

    async def item_no(self, order: OrderKey) -> str:
        """What the order makes, "" before its first yield."""
        ...


class Effects(Protocol):
    """What is planned at wms and erp."""

    async def plan(self, effects: Sequence[Effect], actor: str) -> None:
        """To be carried out, in this order within each track."""
        ...

    async def open(self, flow: str, at: At, limit: int) -> Sequence[Planned]:
        """Those not carried out, oldest first, but none behind a refused one of its track."""
        ...

    async def settle(self, effects: Collection[Effect], at: datetime) -> None:
        """The peer confirmed them."""
        ...

    async def refuse(self, effect: Effect, refusal: Refusal, now: datetime) -> bool:
        """Its track waits; False when it waits for a release and the lot is not held any more."""
        ...

    async def flows_of(self, references: Collection[str]) -> Sequence[str]:
        """Whose postings these are, by key; what this service did not plan is left out."""
        ...

    async def posted(self, reference: str, document: str, at: datetime) -> PostedPart | None:
        """A posting is in the ERP; the yield to tell of, once."""
        ...

    async def failed(self, reference: str, state: str, reason: str, at: datetime) -> None:
        """The ERP refused a posting, or a person gave it up."""
        ...


class Holds(Protocol):
    """Holds and the lots each covers, as far as applied."""

    async def order(self, hold: HoldOrdered) -> None:
        """What quality wants now; an older version changes nothing."""
        ...

    async def get(self, hold_nos: Collection[str]) -> Mapping[str, HoldOrdered]:
        """By number; unknown ones are left out."""
        ...

    async def lots(self, hold_no: str) -> set[LotKey]:
        """Every lot it was ever applied to."""
        ...

    async def cover(self, hold: HoldOrdered, lots: Collection[LotKey]) -> None:
        """It is applied to these (or lifted from them)."""
        ...

    async def free(self, lots: Collection[LotKey], now: datetime) -> Sequence[str]:
        """What waited for the release of lots that nothing holds any more is open; its flows."""
        ...


class Closings(Protocol):
    """Orders whose end has begun."""

    async def reach(self, flow: str, stage: Stage, told: Told, due: datetime) -> None:
        """By the fact that told it, unless it is further already; not to be closed before `due`."""
        ...

    async def standing(self, flow: str) -> Standing | None:
        """None where its end has not begun, or nothing is left to be done."""
        ...

    async def move(self, flow: str, stage: Stage, last: int) -> None:
        """Its next step is planned, or (back to COMPLETED) comes with a later confirmation."""
        ...

    async def due(self, flow: str, now: datetime) -> bool:
        """Whether its time for corrections has just come to its end."""
        ...

    async def ripen(self, flow: str) -> None:
        """It is over."""
        ...

    async def pending(self, flows: Collection[str]) -> Sequence[str]:
        """Those of which something is left to be done, by key."""
        ...


class Views(Protocol):
    """Readings for people."""

    async def flows(self, orders: Collection[OrderKey], now: datetime) -> Sequence[OrderFlow]:
        """Of the orders that are known here."""
        ...

    def posted(self) -> AsyncIterator[Sequence[PostedPart]]:
        """Every yield that is in the ERP, a few hundred at a time."""
        ...


@dataclass(frozen=True, slots=True)
class Books:
    """The repositories of one unit of work."""

    facts: Facts
    flows: Flows
    ledgers: Ledgers
    effects: Effects
    holds: Holds
    closings: Closings
    views: Views
