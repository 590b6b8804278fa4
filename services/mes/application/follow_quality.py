"""Use case: quality's word on lots is taken over; it owns their release, mes only follows."""

from collections.abc import Sequence
from typing import NamedTuple

from services.mes.domain.events import LotStatusChanged
from services.mes.domain.keys import LotKey
from services.mes.domain.lot_state import LotQuality
from services.mes.ports import Books


class Word(NamedTuple):
    """What quality says of a lot, and why; of one lot the highest version counts."""

    lot: LotKey
    quality: LotQuality
    version: int
    reason: str = ""


async def follow_quality(books: Books, words: Sequence[Word]) -> None:
    """Each once, however often it arrives; a lot that nobody reported yet is known from now on."""
    lots = await books.lots.open({word.lot for word in words})
    judged = {key: lot.judged for key, lot in lots.items()}
    for word in words:
        lot = lots[word.lot]
        before = lot.quality
        if lot.hear(word.quality, word.version):
            lot.as_of = books.clock.now()
            books.facts.tell(LotStatusChanged(lot, before, lot.disposition, word.reason))
    await books.lots.save([lot for key, lot in lots.items() if lot.judged != judged[key]])
