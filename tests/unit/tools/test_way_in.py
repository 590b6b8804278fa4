"""What `make up` says last: where the graph is, and how to be let in."""

from pathlib import Path

from tools.mesh.__main__ import way_in
from tools.mesh.status import ProcessStatus, Status


def process(name: str, **ports: int) -> ProcessStatus:
    return ProcessStatus(name, "ready", 1, 0, 1.0, 1.0, 1.0, ports)


def test_the_graph_and_a_token_are_named() -> None:
    found = Status("up", processes=(process("erp-0", graph=1), process("gateway-0", http=4000)))
    graph, token = way_in(found, Path(".mesh/demo"))
    assert "http://127.0.0.1:4000/graphql" in graph
    assert token.endswith("plantctl --root .mesh/demo token --user viewer")
    assert way_in(Status("up", processes=(process("erp-0", graph=1),)), Path()) == []
