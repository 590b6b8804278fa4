"""Which messages have protovalidate rules, seen from their descriptors."""

import pytest
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.protobuf.wrappers_pb2 import StringValue
from plantmesh.common.v1.quantity_pb2 import Quantity
from plantmesh.mes.v1.events_pb2 import OperationConfirmed

from services.kit.backbone.rules import check_rules, has_rules


@pytest.mark.parametrize(
    ("kind", "ruled"),
    [(StringValue, False), (Struct, False), (Quantity, True), (OperationConfirmed, True)],
    ids=["none", "none and recursive", "its own", "of a message inside"],
)
def test_rules_are_found_wherever_they_are(kind: type[Message], ruled: bool) -> None:
    assert has_rules(kind.DESCRIPTOR) is ruled


def test_a_broken_rule_is_named() -> None:
    refusal = check_rules(Quantity(value="x", unit="KGM"))
    assert refusal is not None
    assert refusal.code == "string.pattern"
    assert refusal.reason.startswith("value: ")
