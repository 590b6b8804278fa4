"""Who reported is known to the people's books alone; what is booked and told has a pseudonym."""

from collections.abc import Sequence
from dataclasses import replace

from services.mes.domain.confirmation import Confirmation
from services.mes.domain.keys import Person
from services.mes.ports import Books


async def disguise(books: Books, reports: Sequence[Confirmation]) -> list[Confirmation]:
    """The reports with a pseudonym for every operator that is named."""
    people = {person for report in reports if (person := _who(report)).id}
    known = await books.people.pseudonyms(people) if people else {}
    return [
        replace(report, effort=replace(report.effort, operator=known[_who(report)]))
        if _who(report) in known
        else report
        for report in reports
    ]


def _who(report: Confirmation) -> Person:
    return Person(report.order.plant, report.effort.operator)
