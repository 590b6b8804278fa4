"""Use case: the ERP's word on a posting is noted, and a yield that is posted is told of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.process.ports import Books, PostedPart


class Verdict(StrEnum):
    """What became of a posting."""

    POSTED = "posted"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Word:
    """The ERP's word on the posting of `reference`."""

    reference: str
    verdict: Verdict
    document: str
    reason: str
    at: datetime


async def tell_posted(books: Books, word: Word, announce: Callable[[PostedPart], None]) -> None:
    """Once for each posting; one that this service did not plan is not its business."""
    if word.verdict is not Verdict.POSTED:
        await books.effects.failed(word.reference, word.verdict, word.reason, word.at)
        return
    part = await books.effects.posted(word.reference, word.document, word.at)
    if part:
        announce(part)
