"""make generate: typed messages, async stubs, and nothing half-written."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.generate import generate, sources

ORDER = """\
syntax = "proto3";
package plantmesh.sample.v1;
service OrderService { rpc GetOrder(GetOrderRequest) returns (GetOrderResponse); }
message GetOrderRequest { string id = 1; }
message GetOrderResponse { string id = 1; }
"""
EVENTS = (
    'syntax = "proto3";\npackage plantmesh.sample.v1;\nmessage OrderReleased { string id = 1; }\n'
)


@pytest.fixture(name="protos")
def planted_protos(tmp_path: Path) -> Path:
    """A service's protos, and a file that is none of ours."""
    folder = tmp_path / "protos/plantmesh/sample/v1"
    folder.mkdir(parents=True)
    (folder / "order.proto").write_text(ORDER)
    (folder / "events.proto").write_text(EVENTS)
    (tmp_path / "protos/gen").mkdir()
    (tmp_path / "protos/gen/stale.proto").write_text("not a proto")
    return tmp_path / "protos"


def test_sources_leave_the_generated_tree_out(protos: Path) -> None:
    folder = "plantmesh/sample/v1"
    assert sources(protos) == [f"{folder}/events.proto", f"{folder}/order.proto"]


def test_stub_is_typed_async_and_importable(protos: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    generate(protos, target)
    folder = target / "plantmesh/sample/v1"
    assert "server: _aio.Server" in (folder / "order_pb2_grpc.pyi").read_text()
    assert not (folder / "events_pb2_grpc.py").exists()
    script = "from plantmesh.sample.v1.order_pb2_grpc import OrderServiceStub"
    subprocess.run([sys.executable, "-c", script], cwd=target, check=True)


def test_bad_proto_stops_the_verb(protos: Path, tmp_path: Path) -> None:
    (protos / "plantmesh/sample/v1/events.proto").write_text("message {")
    with pytest.raises(SystemExit) as stopped:
        generate(protos, tmp_path)
    assert stopped.value.code == 1
