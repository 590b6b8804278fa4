"""Ports: what is handed out once is handed out to nobody else."""

import subprocess
import sys
from pathlib import Path

from tools.mesh.ports import Ports, free_port
from tools.mesh.program import surroundings

_CLAIMED_ELSEWHERE = """
import sys
from pathlib import Path
from tools.mesh.ports import Ports

print(Ports(Path(sys.argv[1])).take("erp.grpc"), flush=True)
"""


def _elsewhere(file: Path) -> int:
    """What another process gets for `erp.grpc`, by the same memory."""
    argv = [sys.executable, "-c", _CLAIMED_ELSEWHERE, str(file)]
    run = subprocess.run(argv, env=surroundings(), check=True, capture_output=True, text=True)
    return int(run.stdout)


def test_two_meshes_never_get_the_same_port(tmp_path: Path) -> None:
    """Nobody listens yet, so only the claim tells the other process that the port is ours."""
    file = tmp_path / "ports.json"
    mine = Ports(file).take("erp.grpc")
    assert _elsewhere(file) != mine


def test_a_port_outlives_a_restart_of_its_mesh(tmp_path: Path) -> None:
    """The claim ends with the process that made it."""
    file = tmp_path / "ports.json"
    first = _elsewhere(file)
    assert _elsewhere(file) == first
    assert Ports(file).take("erp.grpc") == first


def test_a_process_never_hands_out_a_port_twice() -> None:
    """Not even before anybody listens there."""
    ports = [free_port() for _ in range(200)]
    assert len(set(ports)) == len(ports)
