"""Common messages and values say the same."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st
from plantmesh.common.v1 import instant_pb2, quantity_pb2
from protovalidate import collect_violations

from services.kit import wire
from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity

units = st.integers(1 - 10**30, 10**30 - 1)


@given(units)
def test_every_quantity_passes_its_own_rules_and_comes_back(amount: int) -> None:
    quantity = Quantity.parse(f"{amount}E-12", "KGM")
    message = wire.write_quantity(quantity)
    assert not collect_violations(message)
    assert wire.read_quantity(message) == quantity


@pytest.mark.parametrize("value", ["", "1e3", "NaN", "1.", "01", "+1", " 1", "1\n", "9" * 19])
def test_the_rules_refuse_what_is_not_canonical(value: str) -> None:
    (violation,) = collect_violations(quantity_pb2.Quantity(value=value, unit="KGM"))
    assert violation.proto.field is not None
    assert violation.proto.field.elements[0].field_name == "value"


def test_a_refused_quantity_names_the_whole_path() -> None:
    with pytest.raises(InvalidError) as refusal:
        wire.read_quantity(quantity_pb2.Quantity(value="1", unit="BX"), field="lines[2].good")
    assert refusal.value.field == "lines[2].good.unit"
    assert refusal.value.code == "unknown_unit"
    with pytest.raises(InvalidError) as refusal:
        wire.read_quantity(quantity_pb2.Quantity(value="x", unit="KGM"))
    assert refusal.value.field == "value"


def test_instants_come_back_to_the_microsecond() -> None:
    instant = Instant(datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC), -240)
    message = wire.write_instant(instant)
    assert not collect_violations(message)
    assert wire.read_instant(message) == instant


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (instant_pb2.Instant(timestamp=Timestamp(seconds=2**60)), "at"),
        (instant_pb2.Instant(timestamp=Timestamp(seconds=-(10**10))), "at.moment"),
        (instant_pb2.Instant(timestamp=Timestamp(), offset_minutes=900), "at.offset_minutes"),
    ],
)
def test_what_is_no_instant_is_refused(message: instant_pb2.Instant, field: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        wire.read_instant(message, field="at")
    assert refusal.value.field == field


def test_a_moment_is_told_in_utc_and_none_stays_away() -> None:
    late = datetime(2026, 5, 4, 14, tzinfo=timezone(timedelta(hours=2)))
    stamp = wire.write_moment(late)
    assert stamp.ToDatetime(tzinfo=UTC) == late
    assert wire.write_moment(None) is None
