"""Where the services are: as told, else where the running mesh says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.kit.errors import InvalidError, UnavailableError
from tools.mesh import daemon
from tools.mesh.people import SERVICES
from tools.mesh.ports import LOOPBACK
from tools.mesh.status import ProcessStatus


@dataclass(frozen=True, slots=True)
class Place:
    """A service and the host:port of each replica."""

    service: str
    replicas: tuple[str, ...]

    @property
    def target(self) -> str:
        """One gRPC target for all of them; names are left to DNS."""
        if len(self.replicas) == 1:
            return self.replicas[0]
        return "ipv4:" + ",".join(self.replicas)


def read_places(told: Sequence[str]) -> list[Place]:
    """From "erp=host:port"; the same service again is another replica. Raises InvalidError."""
    found: dict[str, list[str]] = {}
    for each in told:
        service, equals, address = each.partition("=")
        if not (service and equals and address):
            raise InvalidError(
                f"{each!r} is no address", field="address", hint="write erp=127.0.0.1:50051"
            )
        found.setdefault(service, []).append(address)
    return [Place(service, tuple(replicas)) for service, replicas in found.items()]


def running_places(root: Path) -> list[Place]:
    """From the mesh of `root`; raises UnavailableError when it is not up."""
    status = daemon.current(root)
    found = [Place(service, _addresses(service, status.processes)) for service in SERVICES]
    found = [place for place in found if place.replicas]
    if not found:
        raise UnavailableError(
            f"no service runs in {root} ({status.phase})",
            code="mesh_down",
            hint="make up, or name them: --address erp=host:port",
        )
    return found


def _addresses(service: str, processes: Sequence[ProcessStatus]) -> tuple[str, ...]:
    return tuple(
        f"{LOOPBACK}:{process.ports['grpc']}"
        for process in processes
        if process.name.rpartition("-")[0] == service and "grpc" in process.ports
    )
