"""Use case: a service says which of its documents wait for codes of a system."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.reference.domain.code import Document, keys_of
from services.reference.domain.code_mapping import answer, answers_of
from services.reference.ports import Books


@dataclass(frozen=True, slots=True)
class Report:
    """A part of a round; with `last` what the round did not name waits no more."""

    reporter: str
    system: str
    round: str
    documents: Sequence[Document]
    last: bool


async def report_waiting(books: Books, report: Report) -> int:
    """How many of the documents wait; the others are answered by now. Safe to repeat."""
    asked = keys_of(one.question for one in report.documents)
    known = answers_of(await books.code_mappings.answering(asked))
    waiting = [one for one in report.documents if not answer(one.question, one.at, known)]
    met = await books.queue.keep(report.reporter, waiting, report.round)
    for new in await books.queue.meet(met, books.clock.now()):
        books.facts.tell(new)
    if report.last:
        await books.queue.forget(report.reporter, report.system, report.round)
    return len(waiting)
