"""Where a mock-sap keeps things, and how it is run as a process of the mesh."""

from dataclasses import dataclass
from pathlib import Path

from tools.mesh.errors import MeshError
from tools.mesh.files import remembered_secret
from tools.mesh.ports import LOOPBACK
from tools.mesh.probes import http_ok
from tools.mesh.program import HERE, Process

NAME = "sap-0"
USER = "PLANTMESH"
_PYTHON = HERE / ".make" / "sap" / "venv" / "bin" / "python"
_SERVE = HERE / "tools" / "peers" / "sap" / "scripts" / "serve.py"


@dataclass(frozen=True)
class Place:
    """A mock-sap's folder."""

    folder: Path

    @property
    def database(self) -> Path:
        """SQLite; what was answered is in it, also after kill -9."""
        return self.folder / "sap.db"

    @property
    def password(self) -> str:
        """Of USER; generated."""
        return remembered_secret(self.folder / "password")


def declare(place: Place, *, annex: bool = True) -> Process:
    """The process, on `sap-0.http`; without `annex` it is mock-sap as it is sold.

    Raises MeshError when it is not installed.
    """
    if not _PYTHON.exists():
        raise MeshError("mock-sap is not installed", hint="make sap")
    password = place.password
    return Process(
        name="sap",
        argv=[str(_PYTHON), str(_SERVE)],
        ready=lambda ports: http_ok(f"http://{LOOPBACK}:{ports['http']}/_mock/health"),
        env={
            "PLANTMESH_SAP_ANNEX": str(annex),
            "PLANTMESH_SAP_DATABASE": str(place.database),
            "PLANTMESH_SAP_AUTH": f"{USER}:{password}",
            # Nothing of ours is within its reach.
            "PYTHONPATH": "",
        },
        ports={"http": "PLANTMESH_SAP_PORT"},
        restart=False,
        grace=2.0,
    )
