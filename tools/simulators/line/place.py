"""Where a line keeps things, and how it is run as a process of the mesh."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tools.mesh.ports import LOOPBACK
from tools.mesh.probes import tcp_open
from tools.mesh.program import Process

PORT = "line-0.opcua"
"""Its name among a mesh's ports."""


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
        """What it showed and told, one JSON paper a line."""
        return self.folder / "counts.jsonl"

    @property
    def sources(self) -> Path:
        """How collectors are told of it, as YAML."""
        return self.folder / "sources.yaml"

    @property
    def certificate(self) -> Path:
        """Of its OPC UA server."""
        return self.folder / "own" / "certificate.pem"

    @property
    def key(self) -> Path:
        """Of that certificate; private."""
        return self.folder / "own" / "key.pem"

    @property
    def trusted(self) -> Path:
        """Certificates (.pem, .der) of the OPC UA clients it lets in."""
        return self.folder / "trusted"


def declare(place: Place, mesh: Path, mes: str, plant: str, *, seconds: float) -> Process:
    """The line as a process: a job takes it `seconds`, `mes` is a gRPC target.

    It ends by a signal only; after a death it goes on where its file ends.
    """
    return Process(
        name="line",
        argv=[sys.executable, "-m", "tools.simulators.line"],
        ready=lambda ports: tcp_open(ports["opcua"]),
        env={
            "PLANTMESH_LINE_FOLDER": str(place.folder),
            "PLANTMESH_LINE_MESH": str(mesh),
            "PLANTMESH_LINE_MES": mes,
            "PLANTMESH_LINE_PLANT": plant,
            "PLANTMESH_LINE_SECONDS": str(seconds),
        },
        ports={"opcua": "PLANTMESH_LINE_PORT"},
        restart=False,
        grace=5.0,
    )


def endpoint(port: int) -> str:
    """Where clients find it."""
    return f"opc.tcp://{LOOPBACK}:{port}/line"
