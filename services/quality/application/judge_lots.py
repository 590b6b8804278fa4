"""Use cases: what decisions mean for whole lots is told; people block lots and release them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from services.kit.errors import located
from services.quality.domain.events import LotJudged
from services.quality.domain.inspection import Inspection
from services.quality.domain.keys import LotKey
from services.quality.domain.lot import Command, Lot
from services.quality.domain.status import status_of
from services.quality.ports import Books


class Judgement(NamedTuple):
    """One command for one lot, and why."""

    lot: LotKey
    command: Command
    reason: str


async def judge_lots(books: Books, judgements: Sequence[Judgement], *, by: str) -> list[Lot]:
    """Take them one after the other, all or none; the lot of each as it is then.

    The first of two people who release one signs for it; it is released when the second does.
    """
    lots = await books.lots.open({one.lot for one in judgements})
    grounds = await _look(books, lots)
    for key in sorted(lots):
        _tell(books, lots[key], grounds)
    for position, (key, command, reason) in enumerate(judgements):
        with located(f"judgements[{position}]"):
            lots[key].command(command, by, reason)
        _tell(books, lots[key], grounds)
    await books.lots.save(lots.values())
    return [lots[one.lot] for one in judgements]


async def follow_inspections(
    books: Books, lots: Collection[LotKey], *, decided: Collection[LotKey] = ()
) -> None:
    """Tell of each lot whose status is another now; its inspections are saved, and ours.

    Whoever comes second waits for the lot, and sees what the first one did.
    """
    if not lots:
        return
    known = await books.lots.open(lots)
    grounds = await _look(books, known)
    for key in sorted(known):
        if key in decided:
            known[key].reconsider()
        _tell(books, known[key], grounds)
    await books.lots.save(known.values())


class _Grounds(NamedTuple):
    """What a status follows from, beside what people said."""

    inspections: Mapping[LotKey, Sequence[Inspection]]
    excused: Collection[LotKey]


async def _look(books: Books, lots: Collection[LotKey]) -> _Grounds:
    inspections = await books.inspections.of_lots(lots)
    return _Grounds(inspections, await books.submissions.excused(lots))


def _tell(books: Books, lot: Lot, grounds: _Grounds) -> None:
    inspections, excused = grounds.inspections.get(lot.key, ()), lot.key in grounds.excused
    status = status_of(inspections, held=False, excused=excused, verdict=lot.verdict)
    if lot.say(status, books.clock.now()):
        books.facts.tell(LotJudged(lot))
