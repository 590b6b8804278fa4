"""A rolling restart: one replica after the other is asked to stop, and comes back."""

import time
from dataclasses import dataclass

from tools.mesh.mesh import Mesh

_PATIENCE = 300.0
"""Seconds that a start may take on a machine with more to do."""


@dataclass(frozen=True)
class Drain:
    """How one replica ended. `seconds` from SIGTERM to its end, `back` from then until ready."""

    name: str
    seconds: float
    code: int | None
    back: float

    @property
    def clean(self) -> bool:
        """It ended by itself, with nothing left undone."""
        return self.code == 0

    def __str__(self) -> str:
        """A line, for people."""
        end = "clean" if self.clean else f"code {self.code}"
        return f"{self.name:12} drained in {self.seconds:5.2f} s, {end}; back in {self.back:.1f} s"


async def restart(mesh: Mesh, name: str) -> Drain:
    """As Kubernetes does it: SIGTERM, and SIGKILL when the grace period is over."""
    seconds = await mesh.supervisor.stop_one(name)
    ended = time.monotonic()
    code = mesh.supervisor.find(name).server.child.exit_code
    await mesh.supervisor.start_one(name, seconds=_PATIENCE)
    return Drain(name, seconds, code, time.monotonic() - ended)
