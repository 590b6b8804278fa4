"""Use cases: quality and those who keep the material judge lots; time does too."""

from collections.abc import Sequence
from typing import NamedTuple

from services.kit.errors import NotFoundError, located
from services.mes.domain.events import LotStatusChanged
from services.mes.domain.keys import LotKey
from services.mes.domain.lot import Lot
from services.mes.domain.lot_state import DispositionCommand, QualityCommand
from services.mes.ports import Books

_EXPIRED_AT_ONCE = 500


class LotStep(NamedTuple):
    """One command for one lot, why, and who signed beside the caller."""

    lot: LotKey
    command: QualityCommand | DispositionCommand
    reason: str = ""
    countersigned_by: str = ""


async def command_lots(books: Books, steps: Sequence[LotStep], by: str) -> list[Lot]:
    """Take the steps one after the other, all or none; the lot of each as it is then."""
    known = await books.lots.get({step.lot for step in steps})
    for place, step in enumerate(steps):
        if step.lot not in known:
            raise NotFoundError(
                f"nobody knows a lot {step.lot}",
                code="unknown_lot",
                field=f"commands[{place}].lot.lot_no",
                hint="a lot is known from its first report on",
            )
    lots = await books.lots.open(set(known))
    for place, step in enumerate(steps):
        lot = lots[step.lot]
        quality, disposition = lot.quality, lot.disposition
        with located(f"commands[{place}]"):
            lot.command(step.command, by, step.countersigned_by)
        lot.as_of = books.clock.now()
        books.facts.tell(LotStatusChanged(lot, quality, disposition, step.reason))
    await books.lots.save(lots.values())
    return [lots[step.lot] for step in steps]


async def expire_lots(books: Books) -> int:
    """Some of those whose time has run out are EXPIRED; how many, 0 when none is left."""
    now = books.clock.now()
    due = await books.lots.due(now, _EXPIRED_AT_ONCE)
    locked = await books.lots.open(set(due))
    # Another instance may have been here while we waited for the locks.
    lots = {key: lot for key, lot in locked.items() if lot.can_expire(now)}
    for key in sorted(lots):
        lot, quality = lots[key], lots[key].quality
        lot.expire(now)
        books.facts.tell(LotStatusChanged(lot, quality, lot.disposition, "expired"))
    await books.lots.save(lots.values())
    return len(lots)
