"""Saga: what the ERP releases becomes a work order on the floor."""

from services.kit.errors import DomainError
from services.process.domain.facts import OrderReleased, Saga
from services.process.domain.references import fit
from services.process.workflows.desk import Desk, on_behalf_of

_LONGEST_KEY = 128


async def order_to_production(desk: Desk, flow: str) -> None:
    """Take over each release, in order; a refused one waits for a person."""
    while told := await desk.open(flow, Saga.ORDER_TO_PRODUCTION):
        for one in told:
            assert isinstance(one.fact, OrderReleased)
            try:
                with on_behalf_of(one.actor):
                    await create_work_order(desk, one.fact)
            except DomainError as error:
                await desk.refuse(one, error)
                break
            await desk.close(one)


async def create_work_order(desk: Desk, released: OrderReleased) -> None:
    """Step: mes takes the order over; the ERP's version makes it one command."""
    key = fit(f"{released.flow}/{released.version}", _LONGEST_KEY)
    await desk.step(
        "mes.create_work_order", lambda: desk.peers.mes.create_work_order(released, key)
    )
