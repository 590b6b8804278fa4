"""Use case: process tells how far a hold, or its lifting, has come."""

from collections.abc import Sequence

from services.kit.errors import located
from services.quality.application.find import require_hold
from services.quality.domain.events import HoldSettled
from services.quality.domain.hold import Hold, Report
from services.quality.ports import Books


async def report_holds(books: Books, reports: Sequence[Report]) -> list[Hold]:
    """Note each, all or none; the hold of each, as it is then. Repeats change nothing.

    It may cover lots of other plants: what was sent there of a held lot, and what was made of it.
    Raises NotFoundError, ConflictError or InvalidError naming `reports[i]` and the field.
    """
    holds = await books.holds.get({one.hold_no for one in reports}, lock=True)
    for position, one in enumerate(reports):
        with located(f"reports[{position}]"):
            hold = require_hold(holds, one.hold_no)
            settled = hold.report(one, books.clock.now())
        if one.version == hold.version:
            hold.covered += await books.holds.cover(hold, one.lots)
        if settled:
            books.facts.tell(HoldSettled(hold))
    await books.holds.save(holds.values())
    return [holds[no] for no in dict.fromkeys(one.hold_no for one in reports)]
