"""The gateway as a process of the mesh: one graph over the subgraphs of the services."""

from collections.abc import Mapping

from tools.mesh import binaries
from tools.mesh.ports import LOOPBACK
from tools.mesh.probes import http_ok
from tools.mesh.program import HERE, Process, Program

NAME = "gateway"
MODULES = HERE / "gateway" / "node_modules"
_PORTS = {"http": "PLANTMESH_HTTP_PORT", "health": "PLANTMESH_HEALTH_PORT"}


def declare(env: Mapping[str, str], subgraphs: Mapping[str, str]) -> Process:
    """`node gateway/server.mjs` in front of `subgraphs`, the address of each by name."""
    located = ",".join(f"{name}={url}" for name, url in subgraphs.items())
    return Process(
        name=NAME,
        argv=[str(binaries.node()), str(HERE / "gateway" / "server.mjs")],
        ready=lambda ports: http_ok(f"http://{LOOPBACK}:{ports['health']}/readiness"),
        env={"PLANTMESH_SUBGRAPHS": located, **env},
        ports=_PORTS,
    )


def graph_url(program: Program, purpose: str) -> str:
    """Where a program of ours answers GraphQL, at its port for `purpose`."""
    return f"http://{LOOPBACK}:{program.port(purpose)}/graphql"
