"""The gateway as a process of the mesh: one graph over the subgraphs of the services."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from tools.mesh import binaries
from tools.mesh.errors import MeshError
from tools.mesh.ports import LOOPBACK
from tools.mesh.probes import http_ok
from tools.mesh.program import HERE, Process, Program

FOLDER = HERE / "gateway"
_PORTS = {"http": "PLANTMESH_HTTP_PORT", "health": "PLANTMESH_HEALTH_PORT"}


def declare(env: Mapping[str, str], subgraphs: Mapping[str, Sequence[str]]) -> Process:
    """`node gateway/server.mjs` in front of `subgraphs`, the addresses of all replicas by name."""
    if not (FOLDER / "node_modules").exists():
        raise MeshError("the gateway's packages are not there", hint="make .make/gateway")
    located = ",".join(f"{name}={'|'.join(urls)}" for name, urls in subgraphs.items())
    return Process(
        name="gateway",
        argv=[str(binaries.node()), str(FOLDER / "server.mjs")],
        ready=lambda ports: http_ok(f"http://{LOOPBACK}:{ports['health']}/readiness"),
        env={"PLANTMESH_SUBGRAPHS": located, **env},
        ports=_PORTS,
    )


def graph_url(program: Program, purpose: str, scheme: str = "http") -> str:
    """Where a program of ours answers GraphQL, at its port for `purpose`."""
    return f"{scheme}://{LOOPBACK}:{program.port(purpose)}/graphql"


def has_graph(service: str) -> bool:
    """Whether a service contributes to the graph."""
    return find_spec(f"services.{service}.graph") is not None


def located(
    programs: Mapping[str, Sequence[Program]], scheme: str = "http"
) -> dict[str, list[str]]:
    """Where the subgraphs of the services are that have one."""
    return {
        name: [graph_url(program, "graph", scheme) for program in replicas]
        for name, replicas in programs.items()
        if has_graph(name)
    }
