"""One job after the other: make it, write it down, report it until the answer is heard."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from services.kit.errors import UnavailableError
from tools.simulators.journal import Journal
from tools.simulators.line.papers import Job, Made, Told, read_counts
from tools.simulators.line.terminal import Terminal

T = TypeVar("T")

_TRY_AGAIN = 0.3


class Line:
    """Works off its jobs, from where its file ends; what was not answered is repeated first."""

    def __init__(self, counts: Path, terminal: Terminal, *, seconds: float) -> None:
        papers = list(read_counts(counts))
        told = {paper.id for paper in papers if isinstance(paper, Told)}
        made = [paper for paper in papers if isinstance(paper, Made)]
        self._made = {paper.job.id for paper in made}
        self._untold = [paper for paper in made if paper.job.id not in told]
        self._file = Journal(counts)
        self._terminal = terminal
        self._seconds = seconds

    async def work(self, jobs: Sequence[Job]) -> None:
        """Until all are made and reported."""
        for made in self._untold:
            await self._report(made)
        for job in jobs:
            if job.id not in self._made:
                await self._report(await self._make(job))

    async def _make(self, job: Job) -> Made:
        await _heard(lambda: self._terminal.start(job.order))
        await asyncio.sleep(self._seconds)
        made = Made(job, dt.datetime.now().astimezone())
        await self._keep(made)
        return made

    async def _report(self, made: Made) -> None:
        deaf = [made.job.deaf]

        async def tell() -> Told:
            return await self._terminal.tell(made, deaf=deaf.pop() if deaf else False)

        await self._keep(await _heard(tell))

    async def _keep(self, paper: Made | Told) -> None:
        self._file.write(paper)
        await self._file.keep()


async def _heard(call: Callable[[], Awaitable[T]]) -> T:
    """What is answered; without an answer the call is repeated, for as long as it takes."""
    while True:
        try:
            return await call()
        except UnavailableError:
            await asyncio.sleep(_TRY_AGAIN)
