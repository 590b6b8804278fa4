"""Use case: codes are translated; what nobody has mapped waits, it is never guessed."""

from collections.abc import Sequence

from services.reference.domain.code import CodeMapping, Question, answers_of
from services.reference.ports import Books

_OURS = ("domain", "system", "plant", "canonical")


async def resolve_codes(
    books: Books, questions: Sequence[Question]
) -> tuple[list[CodeMapping], list[Question]]:
    """The answers, and the questions without one; these stand in the stewardship queue now."""
    keys = {key[1:] for question in questions for key in (question.key, question.general)}
    by_code = await books.code_mappings.get(keys)
    by_canonical = await books.code_mappings.get(keys, by=_OURS)
    known = answers_of({one.key: one for one in (*by_code, *by_canonical)}.values())
    found: dict[tuple[str, ...], CodeMapping] = {}
    open_: list[Question] = []
    for question in questions:
        answers = question.answer(known)
        found |= {one.key: one for one in answers}
        if not answers:
            open_.append(question)
    for new in await books.queue.meet(open_, books.clock.now()):
        books.facts.tell(new)
    return list(found.values()), open_
