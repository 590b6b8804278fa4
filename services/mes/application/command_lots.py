"""Use cases: those who keep the material say what may be done with lots; time does too."""

from collections.abc import Sequence
from typing import NamedTuple

from services.kit.errors import ConflictError, NotFoundError, located
from services.mes.domain.events import LotStatusChanged
from services.mes.domain.keys import LotKey
from services.mes.domain.lot import Lot
from services.mes.domain.lot_state import DispositionCommand, QualityCommand
from services.mes.ports import Books

_EXPIRED_AT_ONCE = 500


class LotStep(NamedTuple):
    """One command for one lot, and why."""

    lot: LotKey
    command: QualityCommand | DispositionCommand
    reason: str = ""


async def command_lots(books: Books, steps: Sequence[LotStep]) -> list[Lot]:
    """Take the steps one after the other, all or none; the lot of each as it is then.

    Raises ConflictError naming `commands[i]` where its state forbids it, or quality owns the step.
    """
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
        disposition = lot.disposition
        with located(f"commands[{place}]"):
            lot.command(_require_ours(step.command))
        lot.as_of = books.clock.now()
        books.facts.tell(LotStatusChanged(lot, lot.quality, disposition, step.reason))
    await books.lots.save(lots.values())
    return [lots[step.lot] for step in steps]


def _require_ours(command: QualityCommand | DispositionCommand) -> DispositionCommand:
    if isinstance(command, DispositionCommand):
        return command
    raise ConflictError(
        f"{command} is quality's to say",
        code="quality_owns",
        field="command",
        hint="judge the lot in quality, which blocks and releases it; it is followed here",
    )


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
