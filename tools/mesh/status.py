"""What the mesh says of itself in `run/status.json`, for whoever asks from another process."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from tools.mesh.files import write_whole
from tools.mesh.supervisor import Supervisor, Watched

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process; memory in MB (shared pages in part), CPU in seconds since `up`."""

    name: str
    state: str
    pid: int | None
    restarts: int
    memory: float
    peak: float
    cpu: float
    ports: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Status:
    """The whole mesh. `phase` is what it is at: a step of its start, "up", or how it failed."""

    phase: str
    failed: bool = False
    processes: tuple[ProcessStatus, ...] = ()
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def write(self, root: Path) -> None:
        """Leave it under `root`."""
        write_whole(_file(root), json.dumps(asdict(self), indent=1))

    @classmethod
    def read(cls, root: Path) -> Self | None:
        """What was left last; None if nothing was."""
        if not _file(root).exists():
            return None
        kept: dict[str, Any] = json.loads(_file(root).read_text())
        processes = tuple(ProcessStatus(**each) for each in kept.pop("processes"))
        return cls(**kept, processes=processes)


def describe(supervisor: Supervisor) -> tuple[ProcessStatus, ...]:
    """Every process of `supervisor`, in the order of their start."""
    return tuple(map(_describe, supervisor.watched))


def _describe(each: Watched) -> ProcessStatus:
    server = each.server
    return ProcessStatus(
        name=server.name,
        state=each.state.value,
        pid=server.child.find_pid(),
        restarts=each.restarts,
        memory=round(each.usage.memory / _MEGABYTE, 1),
        peak=round(each.usage.peak / _MEGABYTE, 1),
        cpu=round(each.usage.cpu, 2),
        ports=server.ports.taken_by(server.name),
    )


def _file(root: Path) -> Path:
    return root / "run" / "status.json"
