"""Keeps processes running: starts them in tiers, watches, restarts, stops in reverse."""

import asyncio
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

from tools.mesh.errors import MeshError
from tools.mesh.server import Server
from tools.mesh.usage import Usage

_TICK = 0.1
_SAMPLE_EVERY = 2.0
_FIRST_BACKOFF = 0.2
_LONGEST_BACKOFF = 10.0


class State(StrEnum):
    """How a process stands."""

    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"
    DOWN = "down"


@dataclass
class Watched:
    """A process under watch. DOWN: it died, and waits for its restart or gets none."""

    server: Server
    restart: bool
    state: State = State.STOPPED
    restarts: int = 0
    usage: Usage = field(default_factory=Usage)
    _backoff: float = _FIRST_BACKOFF
    _not_before: float = 0.0

    async def launch(self) -> None:
        """Run it; whether it is ready shows later."""
        await asyncio.to_thread(self.server.launch)
        self.state = State.STARTING

    async def look(self) -> None:
        """Bring `state` up to date, and the process back if it died."""
        if self.state is State.STOPPED:
            return
        if not self.server.alive:
            await self._mourn()
        elif self.state is State.STARTING and await asyncio.to_thread(self.server.answers):
            self.state, self._backoff = State.READY, _FIRST_BACKOFF

    async def _mourn(self) -> None:
        now = time.monotonic()
        if self.state is not State.DOWN:
            self.state, self._not_before = State.DOWN, now + self._backoff
            self._backoff = min(2 * self._backoff, _LONGEST_BACKOFF)
        elif self.restart and now >= self._not_before:
            self.restarts += 1
            await self.launch()

    def sample(self) -> None:
        """Measure it, if it runs."""
        pid = self.server.child.find_pid()
        if pid is not None:
            self.usage.sample(pid)


class Supervisor:
    """Watches from its first start() to its stop(), in a task of the running loop."""

    def __init__(self) -> None:
        self._tiers: list[list[Watched]] = []
        self._task: asyncio.Task[None] | None = None
        self._busy = asyncio.Lock()

    @property
    def watched(self) -> list[Watched]:
        """Every process, in the order of their start."""
        return [each for tier in self._tiers for each in tier]

    def find(self, name: str) -> Watched:
        """The process called `name`; raises MeshError for a name we do not have."""
        for each in self.watched:
            if each.server.name == name:
                return each
        known = ", ".join(each.server.name for each in self.watched)
        raise MeshError(f"there is no process {name}", hint=f"there are: {known}")

    async def start(
        self, servers: Sequence[Server], *, restart: bool = True, seconds: float = 60.0
    ) -> None:
        """Run `servers` side by side until all are ready; the next tier may need them.

        Raises MeshError, with the end of its log, when one dies first or takes too long.
        """
        tier = [Watched(server, restart) for server in servers]
        async with self._busy:
            self._tiers.append(tier)
            for each in tier:
                await each.launch()
            await _all_ready(tier, seconds)
        if self._task is None:
            self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End everything, last started first. Safe to repeat."""
        watch, self._task = self._task, None
        if watch is not None:
            watch.cancel()
            await asyncio.wait([watch])
        for tier in reversed(self._tiers):
            await _stop_all(tier)
        if watch is not None and not watch.cancelled():
            watch.result()

    async def fell(self) -> None:
        """kill -9 everything, last started first, and bring nothing back: a power cut."""
        watch, self._task = self._task, None
        if watch is not None:
            watch.cancel()
            await asyncio.wait([watch])
        for each in reversed(self.watched):
            each.server.child.kill()
            each.state = State.STOPPED

    async def stop_one(self, name: str) -> float:
        """End `name` in order, and leave it so until start_one(); the seconds that it took."""
        async with self._busy:
            each = self.find(name)
            each.state = State.STOPPED
            asked = time.monotonic()
            await asyncio.to_thread(each.server.stop)
            return time.monotonic() - asked

    async def start_one(self, name: str, *, seconds: float = 60.0) -> None:
        """Bring `name` back and wait until it is ready."""
        async with self._busy:
            each = self.find(name)
            if not each.server.alive:
                await each.launch()
            await _all_ready([each], seconds)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal `name`; what dies of it comes back if it was declared so."""
        child = self.find(name).server.child
        if number is signal.SIGKILL:
            child.kill()
        else:
            child.send(number)

    async def until_ready(self, name: str, *, seconds: float = 60.0) -> None:
        """Wait until `name` is up (again); raises MeshError after `seconds`."""
        each = self.find(name)
        deadline = time.monotonic() + seconds
        while not (each.state is State.READY and each.server.alive):
            if time.monotonic() >= deadline:
                raise MeshError(f"{name} is {each.state} after {seconds:g} s")
            await asyncio.sleep(_TICK / 4)

    async def _watch(self) -> None:
        sampled = 0.0
        while True:
            async with self._busy:
                for each in self.watched:
                    await each.look()
                if time.monotonic() - sampled >= _SAMPLE_EVERY:
                    await asyncio.to_thread(self.sample)
                    sampled = time.monotonic()
            await asyncio.sleep(_TICK)

    def sample(self) -> None:
        """Measure every process now."""
        for each in self.watched:
            each.sample()


async def _all_ready(tier: Sequence[Watched], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while waiting := [each for each in tier if each.state is not State.READY]:
        for each in waiting:
            if await asyncio.to_thread(each.server.ready):
                each.state = State.READY
        if time.monotonic() >= deadline:
            late = ", ".join(each.server.name for each in waiting)
            raise MeshError(f"not ready after {seconds:g} s: {late}", hint="see their logs")
        await asyncio.sleep(_TICK / 4)


async def _stop_all(tier: Sequence[Watched]) -> None:
    """Ask all of them at once, then wait for each."""
    for each in tier:
        with suppress(MeshError):
            each.server.child.send(each.server.child.stop_signal)
    for each in tier:
        await asyncio.to_thread(each.server.stop)
        each.state = State.STOPPED
