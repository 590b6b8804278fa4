"""Use case: codes are translated; what nobody has mapped waits, it is never guessed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from services.reference.domain.code import Question, check_mappable, keys_of
from services.reference.domain.code_mapping import CodeMapping, answer, answers_of
from services.reference.ports import Books


async def resolve_codes(
    books: Books, questions: Sequence[Question], at: datetime | None
) -> tuple[list[CodeMapping], list[Question]]:
    """What holds at that time (None: now), and the questions without an answer.

    These stand in the stewardship queue now. Raises InvalidError naming `codes[i].domain`.
    """
    for place, question in enumerate(questions):
        check_mappable(question.domain, field=f"codes[{place}].domain")
    now = books.clock.now()
    known = answers_of(await books.code_mappings.answering(keys_of(questions)))
    found: dict[tuple[object, ...], CodeMapping] = {}
    open_: list[Question] = []
    for question in questions:
        answers = answer(question, at or now, known)
        found |= {one.place: one for one in answers}
        if not answers:
            open_.append(question)
    met = dict.fromkeys(Counter(open_), 1)
    for new in await books.queue.meet(met, now):
        books.facts.tell(new)
    return list(found.values()), open_
