"""The vendored validation rules are those of the engine, and the engine enforces them."""

from pathlib import Path

import protovalidate
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message
from grpc_tools import protoc

from tools.generate import PROTOS
from tools.vendor_validate import embedded

SAMPLE = """\
syntax = "proto3";
package sample;
import "buf/validate/validate.proto";
message Report {
  string lot_id = 1 [(buf.validate.field).string.min_len = 1];
  int32 pieces = 2 [(buf.validate.field).int32 = {gte: 0, lte: 10}];
  string good = 3 [(buf.validate.field).cel = {
    id: "good.decimal"
    message: "a decimal string"
    expression: "this.matches('^[0-9]+$')"
  }];
}
"""


def compiled(folder: Path, name: str) -> descriptor_pb2.FileDescriptorSet:
    """`name`, from `folder` or from our protos, with everything it imports."""
    target = folder / "compiled.binpb"
    arguments = [f"-I{folder}", f"-I{PROTOS}", "--include_imports", f"-o{target}", name]
    well_known = Path(protoc.__file__).parent / "_proto"
    assert protoc.main(["protoc", f"-I{well_known}", *arguments]) == 0
    return descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes())


@pytest.fixture(name="report")
def sample_report(tmp_path: Path) -> Message:
    """A valid Report, compiled against the vendored file."""
    (tmp_path / "sample.proto").write_text(SAMPLE)
    pool = descriptor_pool.DescriptorPool()
    for file in compiled(tmp_path, "sample.proto").file:
        pool.Add(file)
    report = message_factory.GetMessageClass(pool.FindMessageTypeByName("sample.Report"))
    return report(lot_id="L-7", pieces=10, good="40")


def test_vendored_descriptor_is_the_engine_s_own(tmp_path: Path) -> None:
    vendored = compiled(tmp_path, "buf/validate/validate.proto").file[-1]
    assert vendored.name == "buf/validate/validate.proto"
    ours, theirs = (file.SerializeToString(deterministic=True) for file in (vendored, embedded()))
    assert ours == theirs


def test_valid_message_passes(report: Message) -> None:
    assert protovalidate.collect_violations(report) == []


def test_each_kind_of_rule_is_enforced(report: Message) -> None:
    broken = type(report)(lot_id="", pieces=11, good="many")
    with pytest.raises(protovalidate.ValidationError) as refused:
        protovalidate.validate(broken)
    rules = {violation.proto.rule_id for violation in refused.value.violations}
    assert rules == {"string.min_len", "int32.gte_lte", "good.decimal"}


def test_generated_class_is_validated_in_place() -> None:
    from plantmesh.common.v1 import quantity_pb2

    refused = protovalidate.collect_violations(quantity_pb2.Quantity(value="1.5.2", unit="KGM"))
    assert refused
    assert protovalidate.collect_violations(quantity_pb2.Quantity(value="1.5", unit="KGM")) == []
