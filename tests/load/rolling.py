"""A rolling restart: one replica after the other is asked to stop, and comes back."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.mesh.mesh import Mesh

_PATIENCE = 300.0
"""Seconds that a start may take on a machine with more to do."""


@dataclass(frozen=True)
class Drain:
    """How one replica ended. `seconds` from SIGTERM to its end, `back` from then until ready.

    `errors` are the lines that it logged as errors on its way out.
    """

    name: str
    seconds: float
    code: int | None
    back: float
    errors: Sequence[str]

    @property
    def clean(self) -> bool:
        """It ended by itself, with nothing left undone."""
        return self.code == 0

    def __str__(self) -> str:
        """A line, for people."""
        end = "clean" if self.clean else "\n".join((f"code {self.code}", *self.errors))
        return f"{self.name:12} drained in {self.seconds:5.2f} s, {end}; back in {self.back:.1f} s"


async def restart(mesh: Mesh, name: str) -> Drain:
    """As Kubernetes does it: SIGTERM, and SIGKILL when the grace period is over."""
    program = mesh.supervisor.find(name).server
    before = program.log.stat().st_size
    seconds = await mesh.supervisor.stop_one(name)
    ended = time.monotonic()
    code, errors = program.child.exit_code, _errors(program.log, before)
    await mesh.supervisor.start_one(name, seconds=_PATIENCE)
    return Drain(name, seconds, code, time.monotonic() - ended, errors)


def _errors(log: Path, offset: int) -> list[str]:
    """The lines from `offset` on that are errors, or no JSON at all."""
    with log.open("rb") as lines:
        lines.seek(offset)
        return [line for line in lines.read().decode().splitlines() if _is_error(line)]


def _is_error(line: str) -> bool:
    try:
        return bool(json.loads(line)["level"] in {"error", "critical"})
    except (ValueError, KeyError, TypeError):
        return True
