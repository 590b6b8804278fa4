"""Steps: a lot that mes bore held is held in the other services before its first yield moves."""

from services.kit.errors import UnavailableError
from services.process.domain.facts import BornHeld
from services.process.workflows.desk import Desk
from services.process.workflows.enforce import enforce, report, trace

_BORN_IN = "mes"


async def inherit_hold(desk: Desk, born: BornHeld) -> None:
    """Apply each of its holds elsewhere, unless it was released meanwhile: then lifting covers it.

    Raises UnavailableError while a hold of quality's is not known here yet.
    """
    async with desk.store.work():
        holds = await desk.books.holds.get(born.hold_nos)
    lots = await trace(desk, {born.lot}) if born.known else {born.lot}
    for hold_no in born.hold_nos:
        hold = holds.get(hold_no)
        if hold is None:
            raise UnavailableError(f"hold {hold_no} is not known yet", code="unknown_hold")
        if hold.active:
            others = [name for name in desk.peers.enforcers if name != _BORN_IN]
            await enforce(desk, hold, lots, others)
            await report(desk, hold, lots, complete=False)
