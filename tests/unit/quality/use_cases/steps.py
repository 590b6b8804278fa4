"""What a test does with quality, in as few words as it thinks of it."""

from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import pytest

from services.kit.errors import ConflictError, DomainError
from services.kit.measures import Ratio
from services.quality.application.command_inspections import Step, command_inspections
from services.quality.application.decide_inspections import Decision, decide_inspections
from services.quality.application.find import (
    lot_quality,
)
from services.quality.application.judge_lots import Judgement, judge_lots
from services.quality.application.open_inspections import open_inspections
from services.quality.application.place_holds import place_holds
from services.quality.application.record_results import record_results
from services.quality.application.release_holds import release_holds
from services.quality.application.report_holds import report_holds
from services.quality.domain.hold import Hold, HoldOrder, Report
from services.quality.domain.inspection import Inspection
from services.quality.domain.item import Item
from services.quality.domain.lifecycle import Command
from services.quality.domain.lot import Command as LotCommand
from services.quality.domain.lot import Lot
from services.quality.domain.result import Result
from services.quality.domain.scope import Name
from services.quality.domain.status import LotStatus
from services.quality.domain.submission import Submission, Verdict
from services.quality.ports import Books
from tests.unit.quality.samples import (
    lot_key,
    output,
)


class Laboratory(Protocol):
    """Units of work over some books."""

    def work(self) -> AbstractAsyncContextManager[Books]:
        """All or nothing."""
        ...

    async def told(self) -> list[str]:
        """Key and name of the facts that were committed, in order, but those of whole lots."""
        ...

    async def judged(self) -> list[tuple[str, str, int]]:
        """Of each lot that was told of its key, status and version, in order."""
        ...

    async def know(self, *items: Item) -> None:
        """Copy them from reference; the highest version stays."""
        ...

    async def measure(self, lot: str, *ratios: Ratio, version: int = 1) -> None:
        """What reference tells of "FILM/L7"; the highest version stays."""
        ...

    async def hear_of(self, *names: Name) -> None:
        """What scopes may name, as their owners tell it."""
        ...


async def introduce(laboratory: Laboratory, *items: Item) -> None:
    """Make items known."""
    await laboratory.know(*items)


async def submit(laboratory: Laboratory, *outputs: Submission) -> list[Verdict]:
    """One batch."""
    async with laboratory.work() as books:
        return await open_inspections(books, outputs)


async def opened(laboratory: Laboratory, *outputs: Submission) -> str:
    """The number of the first one's inspection."""
    return (await submit(laboratory, *(outputs or (output(),))))[0].inspection_no


async def decide(laboratory: Laboratory, *decisions: Decision) -> list[Inspection]:
    """One batch."""
    async with laboratory.work() as books:
        return await decide_inspections(books, decisions)


async def record(laboratory: Laboratory, no: str, *results: Result) -> Inspection:
    """One batch."""
    async with laboratory.work() as books:
        return await record_results(books, no, results)


async def command(laboratory: Laboratory, no: str, *commands: Command) -> list[Inspection]:
    """One batch."""
    async with laboratory.work() as books:
        return await command_inspections(books, [Step(no, one) for one in commands])


async def place(laboratory: Laboratory, *orders: HoldOrder) -> list[Hold]:
    """One batch."""
    async with laboratory.work() as books:
        return await place_holds(books, orders, by="inspector")


async def release(laboratory: Laboratory, *nos: str) -> list[Hold]:
    """One batch."""
    async with laboratory.work() as books:
        return await release_holds(books, nos, reason="false alarm", by="inspector")


async def report(laboratory: Laboratory, *reports: Report) -> list[Hold]:
    """One batch."""
    async with laboratory.work() as books:
        return await report_holds(books, reports)


async def judge(laboratory: Laboratory, name: str, *commands: LotCommand, by: str) -> list[Lot]:
    """One batch."""
    judgements = [Judgement(lot_key(name), one, f"{one} it") for one in commands]
    async with laboratory.work() as books:
        return await judge_lots(books, judgements, by=by)


async def inspection(laboratory: Laboratory, no: str) -> Inspection:
    """As it is now."""
    async with laboratory.work() as books:
        return (await books.inspections.get([no]))[no]


async def status(laboratory: Laboratory, name: str = "BREAD/L1") -> LotStatus:
    """Of a lot."""
    async with laboratory.work() as books:
        [found] = await lot_quality(books, [lot_key(name)])
    return found.status


async def refused(
    doing: Awaitable[Any], kind: type[DomainError] = ConflictError
) -> tuple[str, str]:
    """Code and field of the refusal."""
    with pytest.raises(kind) as caught:
        await doing
    return caught.value.code, caught.value.field


OPENED, CHANGED = "lyon/BREAD/L1 InspectionOpened", "lyon/BREAD/L1 InspectionChanged"
DISPOSED = "lyon/BREAD/L1 DispositionMade"
