"""Saga: a hold that quality placed takes effect everywhere; only then it is in force."""

from services.kit.errors import DomainError
from services.process.domain.facts import HoldOrdered, Saga
from services.process.workflows.desk import Desk, on_behalf_of
from services.process.workflows.enforce import report, spread


async def apply_hold(desk: Desk, flow: str) -> None:
    """Trace, enforce, trace again; then quality hears that every service has confirmed."""
    for told in await desk.open(flow, Saga.APPLY_HOLD):
        hold = told.fact
        assert isinstance(hold, HoldOrdered)
        async with desk.store.work():
            newest = (await desk.books.holds.get([hold.hold_no]))[hold.hold_no]
        if newest.version > hold.version:
            # Released before it was in force everywhere: lifting it covers whatever was applied.
            await desk.close(told)
            continue
        try:
            with on_behalf_of(told.actor):
                covered = await spread(desk, hold, ())
                await report(desk, hold, covered, complete=True)
        except DomainError as error:
            await desk.refuse(told, error)
            return
        await desk.close(told)
