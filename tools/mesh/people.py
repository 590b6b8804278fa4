"""Who may ask the development issuer for a token: services, and people to try things as."""

from collections.abc import Iterable
from pathlib import Path

from tools.mesh.files import remembered_secret
from tools.mesh.tokens import Bearer

SERVICES = ("reference", "erp", "mes", "wms", "quality", "telemetry", "process")
_READ = tuple(f"{service}:read" for service in SERVICES)
_WRITE = tuple(f"{service}:write" for service in SERVICES)
_MONEY = ("erp:cost", "erp:commercial")


def _service(name: str) -> Bearer:
    """process composes the others, on behalf of people; the rest write nowhere but at home.

    erp values stock, so it is told what things cost.
    """
    writes = (*_WRITE, "delegate") if name == "process" else (f"{name}:write",)
    costs = ("reference:cost",) if name == "erp" else ()
    return Bearer(f"service:{name}", (*_READ, *writes, *costs))


CLIENTS = {name: _service(name) for name in SERVICES} | {
    "smoke": Bearer("service:smoke", _READ),
    "auditor": Bearer("service:auditor", ("audit:verify",)),
}
"""The services, who looks whether all are well (tools/smoke), who verifies (tools/auditor)."""
USERS = {
    bearer.subject: bearer
    for bearer in (
        Bearer("viewer", _READ),
        Bearer("controller", (*_READ, *_MONEY, "reference:write", "reference:cost")),
        Bearer(
            "planner", (*_READ, "erp:write", "erp:commercial", "reference:write", "reference:cost")
        ),
        Bearer("line", ("mes:read", "mes:write", "reference:read"), plants=("lyon",)),
        Bearer("inspector", (*_READ, "quality:write", "mes:recall")),
        Bearer("storekeeper", (*_READ, "wms:write")),
        Bearer("operator", (*_READ, *_WRITE, "operate")),
    )
}


class Secrets:
    """Generated passwords under `folder`, one private file a name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of_client(self, name: str) -> str:
        """The client secret of a service."""
        return remembered_secret(self._folder / f"client-{name}")

    def of_user(self, name: str) -> str:
        """The password of a development user."""
        return remembered_secret(self._folder / f"user-{name}")

    def generate(self, clients: Iterable[str] = CLIENTS, users: Iterable[str] = USERS) -> None:
        """Make all that are missing, so that they can be read before the first token."""
        for name in clients:
            self.of_client(name)
        for name in users:
            self.of_user(name)
