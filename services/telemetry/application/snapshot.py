"""Use case: everything a subscriber needs to start from, for the machines of one partition."""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

from services.telemetry.domain.machine import Report
from services.telemetry.ports import Books


class Told(NamedTuple):
    """A report, and the term of the collector that told of its machine last."""

    epoch: int
    report: Report


async def read_state(books: Books, wanted: Callable[[str], bool]) -> AsyncIterator[list[Told]]:
    """A part for some machines at a time: the newest look and state of each, by path."""
    machines = await books.machines.walk("")
    while machines:
        part = [
            Told(machine.epoch, report)
            for machine in machines
            if wanted(machine.equipment)
            for report in (machine.look, machine.state)
            if report
        ]
        if part:
            yield part
        machines = await books.machines.walk(machines[-1].equipment)
