"""One role in a process of its own: forked from a clean server that has imported everything."""

import asyncio
import multiprocessing
import os
import signal
import traceback
from collections.abc import Awaitable
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Protocol

import psutil

from tests.faults.crash import Crash, arm
from tests.faults.place import Place

# A plain start costs a second of imports, a fork of this server some milliseconds.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [f"tests.faults.{part}" for part in ("roles", "mes.roles", "money.roles")]
)


class Role(Protocol):
    """What a process does until it is told to stop (or dies)."""

    def run(self, place: Place, name: str, stop: asyncio.Event) -> Awaitable[None]:
        """Work; `name` tells this process from others of the same role."""
        ...


@dataclass
class Actor:
    """A named role, restarted as often as it dies. `lives` counts its processes."""

    name: str
    role: Role
    place: Place
    crash: Crash
    seed: int
    lives: int = 0
    _process: BaseProcess | None = field(default=None, repr=False)

    def start(self) -> None:
        """Run it (again)."""
        self.lives += 1
        arguments = (self.role, self.place, self.name, self.crash, f"{self.seed}.{self.lives}")
        self._process = _FORKS.Process(target=_live, args=arguments, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        if self._process is None or self._process.pid is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._process.pid

    def alive(self) -> bool:
        """Whether it runs or stands still."""
        return self._process is not None and self._process.is_alive()

    def stopped(self) -> bool:
        """Whether SIGSTOP holds it."""
        try:
            return psutil.Process(self.pid).status() == psutil.STATUS_STOPPED
        except psutil.NoSuchProcess:
            return False

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it still runs."""
        if self.alive():
            os.kill(self.pid, number)

    def end(self, seconds: float = 5.0) -> None:
        """Ask it to stop; kill it if it does not."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        self._join(seconds)
        self.kill()

    def kill(self) -> None:
        """kill -9, and wait for the end."""
        self.send(signal.SIGKILL)
        self._join(5.0)

    def _join(self, seconds: float) -> None:
        if self._process is not None:
            self._process.join(seconds)


def _live(role: Role, place: Place, name: str, crash: Crash, seed: str) -> None:
    arm(crash, place.counters, f"{name}.{seed}")
    try:
        asyncio.run(_until_stopped(role, place, name))
    except BaseException:
        with place.errors(name).open("a") as file:
            file.write(traceback.format_exc())
        raise


async def _until_stopped(role: Role, place: Place, name: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await role.run(place, name, stop)
