"""Steps: an order is closed on the floor when its time has come; the ERP hears of it afterwards."""

from services.kit.errors import DomainError
from services.process.domain.closing import Stage
from services.process.domain.effects import At, Closing, Planned
from services.process.domain.references import command_key
from services.process.domain.refusal import judge
from services.process.workflows.desk import Desk, on_behalf_of

_AT_ONCE = 10
_DONE = "wrong_state"
"""A completed order has no other way to go: somebody has closed it already."""
_OVERTAKEN = "order_changed"
"""The floor has reported since; when that is heard, it is asked again."""


async def ripen(desk: Desk, flow: str) -> None:
    """Its time for corrections is over, if it is."""
    async with desk.store.work():
        # A unit of work looks at its end whether the order can be closed; most have nothing to do.
        due = await desk.books.closings.due(flow, desk.clock.now())
    if due:
        async with desk.work(flow) as books:
            await books.closings.ripen(flow)


async def end_on_floor(desk: Desk, flow: str) -> None:
    """Have mes close it; what it refuses waits for a person."""
    async with desk.store.work():
        planned = await desk.books.effects.open(flow, At.MES, _AT_ONCE)
    for one in planned:
        try:
            await _close(desk, one)
        except DomainError as error:
            await _answer(desk, flow, one, error)
            continue
        await _settle(desk, flow, one)


async def _close(desk: Desk, planned: Planned) -> None:
    closing = planned.effect
    assert isinstance(closing, Closing)
    key = command_key(At.MES.value, [closing.reference])
    with on_behalf_of(planned.actor):
        await desk.step("mes.close", lambda: desk.peers.mes.close_work_order(closing, key))


async def _answer(desk: Desk, flow: str, planned: Planned, error: DomainError) -> None:
    if error.code == _DONE:
        await _settle(desk, flow, planned)
    elif error.code == _OVERTAKEN:
        await _settle(desk, flow, planned, back=True)
    elif refusal := judge(error):
        async with desk.work(flow) as books:
            await books.effects.refuse(planned.effect, refusal, desk.clock.now())
    else:
        raise error


async def _settle(desk: Desk, flow: str, planned: Planned, *, back: bool = False) -> None:
    async with desk.work(flow) as books:
        await books.effects.settle([planned.effect], desk.clock.now())
        if back:
            assert isinstance(planned.effect, Closing)
            await books.closings.move(flow, Stage.COMPLETED, planned.effect.last)
