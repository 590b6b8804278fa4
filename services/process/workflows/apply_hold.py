"""Saga: a hold that quality placed takes effect everywhere; only then it is in force."""

from services.kit.errors import DomainError, UnavailableError
from services.process.domain.facts import Caught, HoldOrdered, Saga
from services.process.workflows.desk import Desk, on_behalf_of
from services.process.workflows.enforce import enforce, report, spread, trace, watch


async def apply_hold(desk: Desk, flow: str) -> None:
    """Trace, enforce, trace again; then quality hears that every service has confirmed."""
    for told in await desk.open(flow, Saga.APPLY_HOLD):
        try:
            with on_behalf_of(told.actor):
                if isinstance(told.fact, Caught):
                    await _follow(desk, told.fact)
                else:
                    assert isinstance(told.fact, HoldOrdered)
                    await _apply(desk, told.fact)
        except DomainError as error:
            await desk.refuse(told, error)
            return
        await desk.close(told)


async def _apply(desk: Desk, hold: HoldOrdered) -> None:
    newest = await _newest(desk, hold.hold_no)
    if newest and newest.version > hold.version:
        # Released before it was in force everywhere: lifting it covers whatever was applied.
        return
    covered = await spread(desk, hold, await watch(desk, hold))
    await report(desk, hold, covered, complete=True)


async def _follow(desk: Desk, caught: Caught) -> None:
    """It is held where it was caught; now elsewhere, with what was made of it.

    Not of a hold that was released meanwhile: then whatever is held for it is lifted.
    """
    hold = await _newest(desk, caught.hold_no)
    if hold is None:
        raise UnavailableError(f"hold {caught.hold_no} is not known yet", code="unknown_hold")
    if hold.active:
        lots = await trace(desk, {caught.lot})
        await enforce(desk, hold, lots, desk.peers.enforcers)
        await report(desk, hold, lots, complete=False)


async def _newest(desk: Desk, hold_no: str) -> HoldOrdered | None:
    async with desk.store.work():
        return (await desk.books.holds.get([hold_no])).get(hold_no)
