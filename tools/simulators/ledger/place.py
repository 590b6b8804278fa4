"""Where a ledger keeps things, and how it is run as a process of the mesh."""

import sys
from dataclasses import dataclass
from pathlib import Path

from tools.mesh.ports import LOOPBACK
from tools.mesh.probes import http_ok
from tools.mesh.program import Process


@dataclass(frozen=True)
class Place:
    """A ledger's folder."""

    folder: Path

    @property
    def journal(self) -> Path:
        """One JSON paper a line, in order of arrival."""
        return self.folder / "journal.jsonl"

    @property
    def requests(self) -> Path:
        """`monotonic-seconds door status`, a line a request."""
        return self.folder / "requests"

    @property
    def key(self) -> Path:
        """The generated API key; private."""
        return self.folder / "key"


def declare(folder: Path, *, versioned: bool = False, restart: bool = False) -> Process:
    """The ledger as a process; `ledger-0.http` is the ERP's port, `ledger-0.control` the other."""
    return Process(
        name="ledger",
        argv=[sys.executable, "-m", "tools.simulators.ledger"],
        ready=lambda ports: http_ok(f"http://{LOOPBACK}:{ports['control']}/health"),
        env={
            "PLANTMESH_LEDGER_FOLDER": str(folder),
            "PLANTMESH_LEDGER_VERSIONED": str(versioned),
        },
        ports={"http": "PLANTMESH_LEDGER_PORT", "control": "PLANTMESH_LEDGER_CONTROL_PORT"},
        restart=restart,
    )
