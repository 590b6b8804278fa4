"""Use case: inspections are moved through their lifecycle."""

from collections.abc import Sequence
from typing import NamedTuple

from services.kit.errors import located
from services.quality.application.find import require_inspection
from services.quality.application.judge_lots import follow_inspections
from services.quality.domain.events import InspectionChanged
from services.quality.domain.inspection import Inspection
from services.quality.domain.lifecycle import Command
from services.quality.ports import Books


class Step(NamedTuple):
    """One command for one inspection."""

    inspection_no: str
    command: Command


async def command_inspections(books: Books, steps: Sequence[Step]) -> list[Inspection]:
    """Take the steps one after the other, all or none; the inspection of each, as it is then."""
    inspections = await books.inspections.get({one.inspection_no for one in steps}, lock=True)
    for position, (no, command) in enumerate(steps):
        with located(f"commands[{position}]"):
            inspection = require_inspection(inspections, no)
            inspection.command(command, books.clock.now())
        books.facts.tell(InspectionChanged(inspection))
    await books.inspections.save(inspections.values())
    await follow_inspections(books, {one.lot for one in inspections.values()})
    return [inspections[no] for no in dict.fromkeys(one.inspection_no for one in steps)]
