"""Where a line keeps things, and how it is run as a process of the mesh."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tools.mesh.program import Process


@dataclass(frozen=True)
class Place:
    """A line's folder."""

    folder: Path

    @property
    def plan(self) -> Path:
        """What it is to make, as JSON."""
        return self.folder / "plan.json"

    @property
    def counts(self) -> Path:
        """What it made, one JSON paper a line."""
        return self.folder / "counts.jsonl"


def declare(place: Place, mesh: Path, mes: str, plant: str, *, seconds: float) -> Process:
    """The line as a process: a job takes it `seconds`, `mes` is a gRPC target.

    It ends by a signal only; after a death it goes on where its file ends.
    """
    return Process(
        name="line",
        argv=[sys.executable, "-m", "tools.simulators.line"],
        ready=lambda _: place.counts.exists(),
        env={
            "PLANTMESH_LINE_FOLDER": str(place.folder),
            "PLANTMESH_LINE_MESH": str(mesh),
            "PLANTMESH_LINE_MES": mes,
            "PLANTMESH_LINE_PLANT": plant,
            "PLANTMESH_LINE_SECONDS": str(seconds),
        },
        restart=False,
        grace=5.0,
    )
