"""Use case: the leading collector tells what the machines showed."""

from collections.abc import Collection, Sequence

from services.telemetry.domain.equipment import Mark, StateChange
from services.telemetry.domain.look import Look
from services.telemetry.domain.machine import Report
from services.telemetry.ports import Books


async def record_looks(
    books: Books, epoch: int, looks: Sequence[Look], states: Sequence[StateChange]
) -> int:
    """Keep and tell what is news, each machine's in the order given; safe to repeat. How many were.

    Raises ConflictError with code "superseded" when a collector of a later term told of one of
    the machines: then nothing of the batch may be kept.
    """
    reports: tuple[Report, ...] = (*looks, *states)
    machines = await books.machines.open(epoch, {one.equipment for one in reports})
    news = [one for one in reports if machines[one.equipment].hear(one)]
    await books.machines.save([machines[path] for path in sorted({one.equipment for one in news})])
    for fact in news:
        books.facts.tell(epoch, fact)
    return len(news)


async def marks(books: Books, equipment: Collection[str]) -> dict[str, Mark]:
    """How far each machine is recorded; one nobody told of yet is left out."""
    return await books.machines.marks(equipment)
