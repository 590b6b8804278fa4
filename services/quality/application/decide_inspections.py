"""Use case: an inspector disposes of parts of inspection lots."""

from collections.abc import Sequence
from typing import NamedTuple

from services.kit.errors import located
from services.quality.application.find import require_inspection
from services.quality.application.judge_lots import follow_inspections
from services.quality.domain.disposition import Disposition
from services.quality.domain.events import DispositionMade
from services.quality.domain.inspection import Inspection
from services.quality.ports import Books


class Decision(NamedTuple):
    """What is to become of a part of one inspection."""

    inspection_no: str
    disposition: Disposition


async def decide_inspections(books: Books, decisions: Sequence[Decision]) -> list[Inspection]:
    """Decide one after the other, all or none; the inspection of each, as it is then.

    Amounts in another unit than the inspection's are restated by the lot's ratio, once: a decision
    that is repeated stays what it became.

    Raises NotFoundError, ConflictError or InvalidError naming `decisions[i]` and the field.
    """
    nos = {one.inspection_no for one in decisions}
    inspections = await books.inspections.get(nos, lock=True)
    items = await books.measures.known({one.lot.goods for one in inspections.values()})
    made = []
    for position, (no, disposition) in enumerate(decisions):
        with located(f"decisions[{position}]"):
            inspection = require_inspection(inspections, no)
            part = inspection.decide(disposition, items, books.clock.now())
        if part:
            made.append((inspection, part))
            books.facts.tell(DispositionMade(inspection, part))
    await books.inspections.save({one.id: one for one, _ in made}.values())
    await books.inspections.decide(made)
    lots = {one.lot for one, _ in made}
    await follow_inspections(books, lots, decided=lots)
    return [inspections[no] for no in dict.fromkeys(one.inspection_no for one in decisions)]
