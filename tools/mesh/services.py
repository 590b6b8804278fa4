"""Which services there are, and what each is told by its environment."""

import sys
from collections.abc import Mapping

from tools.mesh.people import SERVICES
from tools.mesh.ports import LOOPBACK
from tools.mesh.probes import grpc_serving
from tools.mesh.program import HERE, Process, Program

_PORTS = {
    "grpc": "PLANTMESH_GRPC_PORT",
    "health": "PLANTMESH_HEALTH_PORT",
    "graph": "PLANTMESH_GRAPH_PORT",
    "metrics": "PLANTMESH_METRICS_PORT",
}


def present() -> tuple[str, ...]:
    """The services that can be run, in the order of the architecture."""
    return tuple(name for name in SERVICES if (HERE / "services" / name / "__main__.py").exists())


def declare(name: str, env: Mapping[str, str], replicas: int) -> Process:
    """`python -m services.<name>`, ready when its readiness probe says SERVING."""
    return Process(
        name=name,
        argv=[sys.executable, "-m", f"services.{name}"],
        ready=lambda ports: grpc_serving(ports["health"], "readiness"),
        env=env,
        ports=_PORTS,
        replicas=replicas,
    )


def addresses(programs: Mapping[str, list[Program]]) -> dict[str, str]:
    """PLANTMESH_<SERVICE>_ADDRESS for each: a gRPC target that names all its replicas."""
    return {
        f"PLANTMESH_{name.upper()}_ADDRESS": "ipv4:"
        + ",".join(f"{LOOPBACK}:{program.port('grpc')}" for program in replicas)
        for name, replicas in programs.items()
    }
