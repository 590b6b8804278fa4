"""What a process and all it started use of the machine."""

from dataclasses import dataclass

import psutil


@dataclass
class Usage:
    """Bytes of memory (shared pages counted in part) and CPU seconds, over all restarts.

    The peak is the highest sample, so it can miss what lasted less than the sampling interval.
    """

    memory: int = 0
    peak: int = 0
    cpu: float = 0.0
    _pid: int = 0
    _cpu_before: float = 0.0

    def sample(self, pid: int) -> None:
        """Take in how process `pid` stands now; a new pid begins a new life."""
        if pid != self._pid:
            self._pid, self._cpu_before = pid, self.cpu
        members = _family(pid)
        self.memory = sum(map(_memory, members))
        self.peak = max(self.peak, self.memory)
        self.cpu = max(self.cpu, self._cpu_before + sum(map(_cpu, members)))


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _memory(process: psutil.Process) -> int:
    try:
        info = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(info, "pss", info.uss))


def _cpu(process: psutil.Process) -> float:
    """Its own and that of children it has already buried."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system
