"""The other side of an ERP under test, and what the tests are written with."""

import asyncio
import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import pytest

from services.erp.domain.document import LineDocument, PostingDocument, Sought
from services.erp.domain.keys import Trade
from services.erp.domain.posting import Kind
from services.erp.ports import ErpSystem
from services.kit.clock import Instant
from services.kit.lanes.outcome import (
    Accepted,
    Found,
    Outcome,
    Unavailable,
)
from tests.waiting import until

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
DAY = NOON.date()
ORDER = "4711"


class Trouble(StrEnum):
    """What can go wrong on the other side."""

    LOST_BEFORE = "the answer is lost and nothing was booked"
    LOST_AFTER = "it is booked and the answer is lost"
    LATE = "the answer is lost and it is booked a little later"
    DID_NOTHING = "it answers OK and does nothing"
    PARTIAL = "it books only the first line"
    ASYNCHRONOUS = "it takes the posting and answers later"
    BUSY = "it is closed for a moment"
    THROTTLED = "we are too fast"
    NONSENSE = "it answers with a page for people"
    OUTAGE = "it takes no connection"
    LOCKED = "somebody else has the order open"
    ASKS = "it asks before it books more than was planned"
    LATE_COMMIT = "a change becomes visible after younger ones"


class Stage(Protocol):
    """The ERP from its own side: its users, its books, its bad days. One plant a test.

    `made` and `used` are items, `unit` the ERP's code; an order is for 100 of `made`. `troubles`
    are those it can have: a test of another one is skipped.
    """

    @property
    def plant(self) -> str: ...

    @property
    def made(self) -> str: ...

    @property
    def used(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def closed_day(self) -> dt.date:
        """Within a closed period."""
        ...

    @property
    def troubles(self) -> Collection[Trouble]: ...

    async def release(self, order_no: str, *, sales_order: str = "") -> None:
        """Create an order and release it, for the first line of a sales order or for stock."""
        ...

    async def trade(self, trade: Trade, order_no: str, *, lot: str = "") -> None:
        """An order of one line, 10: 10 of `made`, for 25.50 EUR, wanted on DAY; of the lot."""
        ...

    async def overtake_trade(self, trade: Trade, slow: str, quick: str) -> "asyncio.Task[None]":
        """The same as `overtake` of two sales or purchase orders."""
        ...

    async def overtake(self, slow: str, quick: str) -> "asyncio.Task[None]":
        """Change `slow` in a transaction that begins before, and is committed after, quick's.

        Returns when quick's is committed; slow's is when the task is done.
        """
        ...

    async def bring(self, trouble: Trouble, *, seconds: float = 0.0) -> None:
        """The next visit meets it; throttling, outage and nonsense last until clear()."""
        ...

    async def clear(self) -> None:
        """Fair weather."""
        ...

    async def stock(self) -> dict[tuple[str, str], Decimal]:
        """By (item, lot); what is zero is left out."""
        ...

    async def documents(self, reference: str) -> list[str]:
        """What its own books hold under a reference and nobody took back."""
        ...


def line(item: str, amount: str, unit: str, lot: str) -> LineDocument:
    """So much of a lot."""
    return LineDocument(item, lot, Decimal(amount), unit, "")


def posting(
    stage: Stage,
    reference: str,
    kind: Kind,
    *lines: LineDocument,
    order_no: str = ORDER,
    day: dt.date = DAY,
) -> PostingDocument:
    """A posting of noon."""
    return PostingDocument(
        stage.plant, order_no, ref(stage, reference), kind, lines, Instant.of(NOON), day
    )


def made(
    stage: Stage,
    reference: str,
    amount: str,
    *,
    order_no: str = ORDER,
    day: dt.date = DAY,
) -> PostingDocument:
    """Yield into lot L-1."""
    produced = line(stage.made, amount, stage.unit, "L-1")
    return posting(stage, reference, Kind.YIELD, produced, order_no=order_no, day=day)


def ref(stage: Stage, name: str) -> str:
    """Our key of a posting: unique in the ERP, whatever other tests post there."""
    return f"{stage.plant}/{name}"


async def find(erp: ErpSystem, stage: Stage, name: str) -> Found:
    """What the adapter finds for order 4711."""
    found = await erp.find([Sought(stage.plant, ORDER, ref(stage, name))])
    assert not isinstance(found, Unavailable), found.reason
    return found[ref(stage, name)]


async def booked(stage: Stage, name: str) -> list[str]:
    """What the ERP's own books hold."""
    return await stage.documents(ref(stage, name))


async def post(erp: ErpSystem, paper: PostingDocument, *confirmed: str) -> Outcome:
    """Find the version and post, as the lane does; without an answer to find, post blindly."""
    found = await erp.find([Sought(paper.plant, paper.order_no, paper.reference)])
    version = None if isinstance(found, Unavailable) else found[paper.reference].version
    return await erp.post(paper, version, confirmed)


async def settled(erp: ErpSystem, taken: Accepted) -> Outcome:
    """What became of an accepted posting."""
    outcome: Outcome = taken

    async def done() -> bool:
        nonlocal outcome
        outcome = await erp.result_of(taken.token)
        return outcome != taken

    await until(done)
    return outcome


async def meet(stage: Stage, trouble: Trouble, *, seconds: float = 0.0) -> None:
    """Bring a trouble, or skip the test where this ERP never has it."""
    if trouble not in stage.troubles:
        pytest.skip(f"not this ERP: {trouble}")
    await stage.bring(trouble, seconds=seconds)
