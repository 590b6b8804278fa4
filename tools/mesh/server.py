"""A long-running program of the mesh: started, asked whether it is ready, stopped, killed."""

from abc import ABC, abstractmethod
from pathlib import Path

from tools.mesh.child import Child, sweep
from tools.mesh.errors import MeshError
from tools.mesh.ports import Ports
from tools.mesh.wait import until


class Server(ABC):
    """A program kept under `root`: its `log`, and in `run` its pid and ports."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root.resolve()
        self.name = name
        self.ports = Ports(self.root / "run" / "ports.json")
        self._child: Child | None = None

    @abstractmethod
    def command(self) -> Child:
        """What to run, after taking ports and preparing files."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it does its work now."""

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.root / "log" / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        """Which process it is, for whoever comes after a killed run."""
        return self.root / "run" / f"{self.name}.pid"

    @property
    def child(self) -> Child:
        """The process; raises MeshError before the first start."""
        if self._child is None:
            raise MeshError(f"{self.name} was not started")
        return self._child

    @property
    def alive(self) -> bool:
        """Whether our process runs."""
        return self._child is not None and self._child.alive()

    def launch(self) -> None:
        """Run it without waiting; what an earlier run left of it is ended first."""
        if self.alive:
            raise MeshError(f"{self.name} already runs")
        sweep(self.pid_file)
        self._child = self.command()
        self._child.start()

    def ready(self) -> bool:
        """Whether the launched process answers; raises MeshError when it ended instead."""
        if not self.alive:
            code = self.child.exit_code
            raise MeshError(f"{self.name} ended at its start, code {code}:\n{self.child.tail()}")
        return self.answers()

    def start(self) -> None:
        """Run it and wait until it is ready."""
        self.launch()
        until(self.ready, f"the start of {self.name}")

    def stop(self) -> None:
        """End it in order. Safe to repeat."""
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """kill -9, of everything it started too. Safe to repeat."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> None:
        """Stop and start at the same address."""
        self.stop()
        self.start()
