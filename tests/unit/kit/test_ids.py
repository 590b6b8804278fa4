"""Identifiers: what is made, what is read back, what is refused."""

import base64
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.clock import ManualClock
from services.kit.errors import InvalidError
from services.kit.ids import GraphId, join_key, split_key, uuid7

parts = st.text(
    st.characters(exclude_characters="\n\0", exclude_categories=["Cs"]), min_size=1, max_size=40
)


def encode(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def test_uuid7_is_a_version_7_of_now() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert before <= made.int >> 80 <= before + 1000


def test_uuid7_never_descends() -> None:
    made = [uuid7() for _ in range(5000)]
    assert made == sorted(set(made))


def test_uuid7_does_not_follow_a_clock_set_back() -> None:
    first = uuid7()
    an_hour_ago = ManualClock(datetime.now(UTC) - timedelta(hours=1))
    assert uuid7(an_hour_ago) > first


@given(parts, parts)
def test_graph_id_round_trips(plant: str, key: str) -> None:
    id = GraphId("Order", plant, key)
    assert GraphId.decode(id.encode(), want="Order") == id


def test_graph_id_is_what_the_gateway_decodes() -> None:
    assert GraphId("Order", "lyon", "4711").encode() == "T3JkZXIKbHlvbgo0NzEx"


@pytest.mark.parametrize(
    "id",
    [
        *("", "x", "====", "T3JkZXIKbHlvbgo0NzEx=", " T3JkZXIKbHlvbgo0NzEx", "T3JkZXI\n"),
        *(encode("Order\nlyon"), encode("Order\nlyon\n"), encode("Order\n\n4711")),
        *(encode("Order\nlyon\n4711\nx"), encode("order\nlyon\n4711"), "é", "_-" * 400),
        encode("Order\nlyon\n47\x0011"),
        base64.urlsafe_b64encode(b"Order\nlyon\n\xff").rstrip(b"=").decode(),
        # the same three parts with unused bits set: a second spelling of one id
        "TG90CmEKYmJ",
    ],
)
def test_what_is_no_id_is_refused(id: str) -> None:
    with pytest.raises(InvalidError, match="not an id of this graph") as refusal:
        GraphId.decode(id)
    assert (refusal.value.code, refusal.value.field) == ("bad_id", "id")


def test_an_id_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidError, match="names a Lot, not a Order"):
        GraphId.decode(GraphId("Lot", "lyon", "L-7").encode(), want="Order")


@pytest.mark.parametrize(
    ("id", "field"),
    [
        (GraphId("lot", "lyon", "L-7"), "type"),
        (GraphId("Lot", "", "L-7"), "plant"),
        (GraphId("Lot", "ly\non", "L-7"), "plant"),
        (GraphId("Lot", "lyon", ""), "key"),
        (GraphId("Lot", "lyon", "\ud800"), "key"),
        (GraphId("Lot", "ly\0on", "L-7"), "plant"),
    ],
)
def test_what_cannot_stand_in_an_id_is_named(id: GraphId, field: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        id.encode()
    assert refusal.value.field == field


@given(st.lists(parts, min_size=1, max_size=3))
def test_a_key_of_several_parts_comes_apart_again(several: list[str]) -> None:
    assert split_key(join_key(*several), len(several)) == several


def test_a_slash_separates_unless_it_belongs_to_a_part() -> None:
    assert join_key("BREAD", "L1") == "BREAD/L1"
    assert join_key("A/4", "L%1") == "A%2F4/L%251"


@pytest.mark.parametrize("key", ["BREAD", "BREAD/L1/2", "A%2f4/L1", "A%4/L1"])
def test_another_spelling_of_a_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidError) as refused:
        split_key(key, 2)
    assert refused.value.code == "bad_id"
