"""One job after the other, piece by piece; the orders' ends are reported beside the work."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from services.kit.errors import UnavailableError
from tools.simulators.line.papers import Job, Plan, State, Told
from tools.simulators.line.tally import Show, Tally
from tools.simulators.line.terminal import Terminal

T = TypeVar("T")

_TRY_AGAIN = 0.3


class Line:
    """Works off a plan from where its tally ends. A job takes `seconds`, in `steps`."""

    def __init__(
        self, tally: Tally, show: Show, terminal: Terminal, *, seconds: float, steps: int
    ) -> None:
        self._tally = tally
        self._show = show
        self._terminal = terminal
        self._seconds = seconds
        self._steps = steps

    async def work(self, plan: Plan) -> None:
        """Until all is made, and every order's end reported."""
        async with asyncio.TaskGroup() as ends:
            for job in plan.jobs:
                await self._make(job)
                if job.last and job.order not in self._tally.told:
                    ends.create_task(self._end(job, plan.unit))
            await self._change(state=State.IDLE, job="", order="", lot="", item="", input_lot="")

    async def _make(self, job: Job) -> None:
        """What is still to be made of it."""
        if self._left(job) == (0, 0):
            return
        if self._tally.shown[-1].job != job.id:
            await self._load(job)
        while (left := self._left(job)) != (0, 0):
            await asyncio.sleep(self._seconds / self._steps)
            await self._count(job, *self._step(job, *left))
        await self._change(state=State.COMPLETING)
        await self._change(state=State.COMPLETE)

    async def _load(self, job: Job) -> None:
        """Nothing is counted for the job before everybody can read which it is."""
        await self._change(state=State.RESETTING)
        await self._change(state=State.IDLE, job="", order="", lot="", item="", input_lot="")
        await _heard(lambda: self._terminal.running(job.order))
        await self._change(
            state=State.STARTING,
            job=job.id,
            order=job.order,
            lot=job.lot,
            item=job.input.item,
            input_lot=job.input.lot,
            reason="",
        )
        await self._change(state=State.EXECUTE)

    def _left(self, job: Job) -> tuple[int, int]:
        """Good pieces and scrap that it still wants."""
        done = self._tally.made(job=job.id)
        return job.good - sum(one.good for one in done), job.scrap - sum(one.scrap for one in done)

    def _step(self, job: Job, good: int, scrap: int) -> tuple[int, int]:
        """An equal part of what is good; all scrap is found at once, when half is made."""
        step = min(good, -(-job.good // self._steps))
        return step, scrap if 2 * (good - step) <= job.good else 0

    async def _count(self, job: Job, good: int, scrap: int) -> None:
        last = self._tally.shown[-1]
        await self._change(
            good=last.good + good,
            scrap=last.scrap + scrap,
            used=last.used + (good + scrap) * job.input.per_piece,
            reason=job.reason if scrap else last.reason,
        )

    async def _end(self, job: Job, unit: str) -> None:
        """Report the order's end, once all that was counted for it has arrived."""
        counted = self._tally.made(order=job.order)
        good, scrap = sum(one.good for one in counted), sum(one.scrap for one in counted)
        await _heard(lambda: self._terminal.arrived(job.order, good, scrap))
        deaf = [job.deaf]

        async def end() -> Told:
            at = counted[-1].at
            return await self._terminal.end(job.order, unit, at, deaf=deaf.pop() if deaf else False)

        await self._tally.keep(await _heard(end))

    async def _change(self, **changes: object) -> None:
        await self._tally.change(self._show, **changes)


async def _heard(call: Callable[[], Awaitable[T | None]]) -> T:
    """A true answer; without one the call is repeated, for as long as it takes."""
    while True:
        with suppress(UnavailableError):
            if answer := await call():
                return answer
        await asyncio.sleep(_TRY_AGAIN)
