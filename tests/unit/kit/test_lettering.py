"""Names of a command stand on one line; nothing in it hides or turns what people read."""

import pytest
from google.protobuf.json_format import ParseDict
from plantmesh.common.v1.holds_pb2 import ApplyHoldsRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.mes.v1.genealogy_pb2 import OperateLotsRequest
from plantmesh.quality.v1.quality_pb2 import PlaceHoldsRequest

from services.kit.rpc.errors import RequestError
from services.kit.rpc.lettering import unreadable, unstorable
from services.kit.rpc.validation import check


def placing(reason: str, lot_no: str = "L1") -> PlaceHoldsRequest:
    lot = {"plant": "lyon", "item_no": "BREAD", "lot_no": lot_no}
    hold = {"hold_no": "H1", "plant": "lyon", "lots": [lot], "reason": reason}
    return ParseDict({"idempotency_key": "k", "holds": [hold]}, PlaceHoldsRequest())


@pytest.mark.parametrize("lot_no", ["L\n1", "L\t1", "L\0", "L\u202e1", "L\u200b1", "\u2028"])
def test_a_name_that_does_not_print_is_refused_by_its_place(lot_no: str) -> None:
    with pytest.raises(RequestError) as caught:
        check(placing("dust", lot_no))
    assert (caught.value.code, caught.value.field) == ("invalid_request", "holds[0].lots[0].lot_no")
    assert caught.value.violations[0].rule == "string.printable"


def test_words_of_any_script_are_names() -> None:
    check(placing("Glasbruch?\n\tLine 4, Fäß № 7 \U0001f600", "Партия 7 ロット €"))


@pytest.mark.parametrize("reason", ["metal\x07", "metal\u202e.exe", "a\u2066b", "\x85"])
def test_a_text_may_have_lines_and_nothing_that_hides(reason: str) -> None:
    assert list(unreadable(placing(reason))) == ["holds[0].reason"]


def test_names_and_values_of_a_map_are_read_too() -> None:
    receipt = {"event_id": "r1", "receive": {"attributes": {"he\nat": "7", "mill": "\x07"}}}
    request = ParseDict({"operations": [receipt]}, OperateLotsRequest())
    where = "operations[0].receive.attributes"
    assert set(unreadable(request)) == {f"{where}['he\\nat']", f"{where}['mill']"}


def test_a_read_may_ask_for_any_name() -> None:
    check(SnapshotRequest(topic="a\nb"))
    assert unstorable(SnapshotRequest(topic="a\nb")) == ""
    assert unstorable(SnapshotRequest(topic="a\0b")) == "topic"


def test_a_number_that_no_column_takes_is_found() -> None:
    hold = {"hold_no": "H1", "version": str(2**64 - 1)}
    request = ParseDict({"idempotency_key": "k", "holds": [hold]}, ApplyHoldsRequest())
    assert unstorable(request) == "holds[0].version"
    assert list(unreadable(request)) == []
