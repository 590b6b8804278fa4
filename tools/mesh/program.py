"""A declared process and the replicas of it that run."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.mesh.child import Child
from tools.mesh.server import Server
from tools.mesh.settings import inherited

HERE = Path(__file__).parents[2]


def surroundings() -> dict[str, str]:
    """What any program of ours needs of our own environment, and where our code is."""
    return inherited() | {"PYTHONPATH": f"{HERE}{os.pathsep}{HERE / 'protos' / 'gen'}"}


@dataclass(frozen=True)
class Process:
    """What to run. `ports` maps a purpose to the variable that tells the process its port.

    `ready(ports)` asks one replica, by purpose, whether it does its work. Every replica also gets
    PLANTMESH_INSTANCE, its name. `restart` brings it back when it dies; to stop it has `grace`
    seconds.
    """

    name: str
    argv: Sequence[str]
    ready: Callable[[Mapping[str, int]], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, str] = field(default_factory=dict)
    replicas: int = 1
    restart: bool = True
    grace: float = 25.0

    def programs(self, root: Path) -> list["Program"]:
        """One per replica: `name-0`, `name-1` and so on."""
        return [Program(root, self, number) for number in range(self.replicas)]


class Program(Server):
    """One replica of a declared process."""

    def __init__(self, root: Path, process: Process, number: int) -> None:
        super().__init__(root, f"{process.name}-{number}")
        self.process = process
        self.told: dict[str, str] = {}
        """More environment, for what is known only when all ports are taken."""

    def port(self, purpose: str) -> int:
        """Where it listens for `purpose`."""
        return self.ports.of(f"{self.name}.{purpose}")

    def take_ports(self) -> dict[str, int]:
        """Reserve its ports, by purpose; the same as last time unless one was taken."""
        return {purpose: self.ports.take(f"{self.name}.{purpose}") for purpose in self._purposes}

    def command(self) -> Child:
        """With nothing of our environment but what any program needs."""
        taken = self.take_ports().items()
        ports = {self.process.ports[purpose]: str(port) for purpose, port in taken}
        # The second shows in pg_stat_activity whose session each is.
        instance = {"PLANTMESH_INSTANCE": self.name, "PGAPPNAME": self.name}
        return Child(
            name=self.name,
            argv=self.process.argv,
            log=self.log,
            pid_file=self.pid_file,
            grace=self.process.grace,
            env=surroundings() | instance | dict(self.process.env) | self.told | ports,
        )

    def answers(self) -> bool:
        """As its declaration says."""
        return self.process.ready({purpose: self.port(purpose) for purpose in self._purposes})

    @property
    def _purposes(self) -> list[str]:
        return list(self.process.ports)
