"""Use case: somebody lets lots go again."""

from collections.abc import Sequence

from services.kit.errors import located
from services.quality.application.find import require_hold
from services.quality.domain.events import HoldReleased
from services.quality.domain.hold import Hold, Release
from services.quality.ports import Books


async def release_holds(
    books: Books, hold_nos: Sequence[str], *, reason: str, by: str
) -> list[Hold]:
    """Begin to lift each, all or none; they hold until every enforcing service has confirmed."""
    holds = await books.holds.get(set(hold_nos), lock=True)
    release = Release(reason, by, books.clock.now())
    for position, no in enumerate(hold_nos):
        with located(f"hold_nos[{position}]"):
            hold = require_hold(holds, no, field="")
            hold.lift(release)
        books.facts.tell(HoldReleased(hold))
    await books.holds.save(holds.values())
    return [holds[no] for no in hold_nos]
