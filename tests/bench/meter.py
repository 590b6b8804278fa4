"""CPU seconds: of a piece of work in a process of its own, and of the servers beside it."""

import gc
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TypeVar

import psutil
import psycopg
import redis

from services.kit.log import configure
from services.kit.service import GC_THRESHOLD

T = TypeVar("T")
_FORKS = multiprocessing.get_context("forkserver")
# Imported once, not by every process.
_FORKS.set_forkserver_preload(
    [f"tests.bench.bench_{name}" for name in ("audit", "backbone", "calls", "lanes", "lists")]
)


@dataclass(frozen=True)
class Cost:
    """What `count` items cost: seconds of our CPU and of the wall."""

    count: int
    cpu: float
    wall: float

    def __add__(self, other: "Cost") -> "Cost":
        """The same items went through both."""
        return Cost(self.count, self.cpu + other.cpu, self.wall + other.wall)

    @property
    def per_cpu_second(self) -> float:
        """Items a CPU second of our processes moves."""
        return self.count / self.cpu

    @property
    def per_second(self) -> float:
        """Items a second of the wall moves; for people, it says more of the machine."""
        return self.count / self.wall


class Watch:
    """What was spent since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = _cpu(), time.perf_counter()

    def cost(self, count: int) -> Cost:
        """Of as many items."""
        return Cost(count, _cpu() - self._cpu, time.perf_counter() - self._wall)


def measure(work: Callable[..., int], *arguments: object) -> Cost:
    """What all of `work` costs, which says how many items it did, in a process of its own."""
    return apart(_measured, work, arguments)


def apart(work: Callable[..., T], *arguments: object) -> T:
    """What `work` answers, in a fresh process set up like a service's."""
    here, there = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_answer, args=(there, work, arguments))
    process.start()
    there.close()
    try:
        answer: T = here.recv()
    finally:
        process.join()
    return answer


def _answer(there: Connection, work: Callable[..., object], arguments: Sequence[object]) -> None:
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    configure("bench", "bench", level="warning", out=sys.stderr)
    there.send(work(*arguments))


def _measured(work: Callable[..., int], arguments: Sequence[object]) -> Cost:
    watch = Watch()
    return watch.cost(work(*arguments))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def postgres_cpu(url: str) -> float:
    """CPU seconds of all processes the server ever had."""
    with psycopg.connect(url) as connection:
        server = psutil.Process(connection.info.backend_pid).parent()
    if server is None:
        raise RuntimeError("a backend without its server")
    # Whoever ends while we count is neither among the living nor among the dead: count again.
    while True:
        before = server.cpu_times()
        alive = sum(_of(child) for child in server.children(recursive=True))
        ended = server.cpu_times()
        if ended == before:
            return alive + sum(ended[:4])


def program_cpu(pid: int) -> float:
    """CPU seconds of a process of ours."""
    return _of(psutil.Process(pid))


def broker_cpu(url: str) -> float:
    """CPU seconds of the broker."""
    with redis.Redis.from_url(url) as client:
        used = client.info("cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


def _of(process: psutil.Process) -> float:
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system)
