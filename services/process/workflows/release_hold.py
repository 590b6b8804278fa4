"""Saga: a hold that quality released is lifted everywhere, and what waited for it goes on."""

from services.kit.errors import DomainError
from services.process.domain.facts import HoldOrdered, Saga
from services.process.workflows.desk import Desk, on_behalf_of
from services.process.workflows.enforce import report, spread, watch


async def release_hold(desk: Desk, flow: str) -> None:
    """Lift it wherever it was applied; orders whose movements waited are due at once."""
    for told in await desk.open(flow, Saga.RELEASE_HOLD):
        hold = told.fact
        assert isinstance(hold, HoldOrdered)
        async with desk.store.work():
            known = await desk.books.holds.lots(hold.hold_no)
        try:
            with on_behalf_of(told.actor):
                # First nothing more falls under its scope: then what was held for it is all there.
                covered = await spread(desk, hold, known | await watch(desk, hold))
                await report(desk, hold, covered, complete=True)
        except DomainError as error:
            await desk.refuse(told, error)
            return
        async with desk.work(flow) as books:
            await books.flows.lock(flow)
            await books.holds.free(covered, desk.clock.now())
            await books.facts.close([told.id])
