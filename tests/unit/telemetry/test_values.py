"""What a node's value and its status mean."""

import struct
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from asyncua import ua

from services.telemetry.adapters.opcua.values import read_change
from services.telemetry.domain.change import Change, Tag
from services.telemetry.domain.look import Quality
from tests.unit.telemetry.press import GOOD, NOON, ORDER, STATE

_LONG = "x" * 65


def moment(at: datetime) -> ua.DateTime:
    return ua.DateTime.combine(at.date(), at.timetz())


def shown(value: object, status: int = ua.StatusCodes.Good) -> ua.DataValue:
    variant = ua.Variant(value) if value is not None else ua.Variant()
    return ua.DataValue(variant, ua.StatusCode(ua.UInt32(status)), moment(NOON))


@pytest.mark.parametrize(
    ("status", "quality", "after_loss"),
    [
        (0, Quality.GOOD, False),
        (ua.StatusCodes.UncertainLastUsableValue, Quality.UNCERTAIN, False),
        (ua.StatusCodes.BadSensorFailure, Quality.BAD, False),
        # Source: OPC 10000-4, 7.39.1: Overflow is bit 7, and counts where bit 10 says DataValue.
        (0x480, Quality.GOOD, True),
        (0x080, Quality.GOOD, False),
        (ua.StatusCodes.UncertainLastUsableValue | 0x480, Quality.UNCERTAIN, True),
        (ua.StatusCodes.BadSensorFailure | 0x480, Quality.BAD, True),
    ],
)
def test_a_status_tells_how_good_a_value_is_and_whether_others_were_lost(
    status: int, quality: Quality, after_loss: bool
) -> None:
    value = Decimal(0) if quality is Quality.BAD else Decimal(3)
    read = read_change(GOOD, shown(3, status), NOON)
    assert read == Change(NOON, GOOD, value, quality, after_loss=after_loss)


@pytest.mark.parametrize(
    ("tag", "value", "read"),
    [
        (GOOD, 0.1, Decimal("0.1")),
        (GOOD, 7, Decimal(7)),
        (STATE, 6, 6),
        (ORDER, " 4711 ", "4711"),
        (ORDER, 4711, "4711"),
        (ORDER, ua.LocalizedText("4711"), "4711"),
        (ORDER, None, ""),
    ],
)
def test_a_value_is_exact_or_plain(tag: Tag, value: object, read: object) -> None:
    change = read_change(tag, shown(value), NOON)
    assert (change.value, change.quality) == (read, Quality.GOOD)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (GOOD, -1),
        (GOOD, True),
        (GOOD, float("nan")),
        (GOOD, 1e300),
        (GOOD, "7"),
        (GOOD, None),
        (STATE, 99),
        (STATE, 4.0),
        (ORDER, _LONG),
        (ORDER, "47\n11"),
        (ORDER, 1.5),
    ],
)
def test_what_makes_no_sense_is_bad_and_never_guessed(tag: Tag, value: object) -> None:
    assert read_change(tag, shown(value), NOON).quality is Quality.BAD


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (16777216.0, "16777216"), (0.3333333432674408, "0.33333334"),
                        (1e-7, "0.0000001"), (2.5, "2.5")],
)  # fmt: skip
def test_a_float_of_four_bytes_has_no_more_digits_than_it_holds(value: float, text: str) -> None:
    [single] = struct.unpack("<f", struct.pack("<f", value))
    told = ua.DataValue(ua.Variant(single, ua.VariantType.Float), ua.StatusCode(ua.UInt32(0)))
    assert read_change(GOOD, told, NOON).value == Decimal(text)


def test_what_stands_for_no_time_is_none_and_a_clock_that_is_off_is_set_right() -> None:
    nothing = ua.DateTime(1601, 1, 1)
    value = ua.DataValue(ua.Variant(3), SourceTimestamp=nothing, ServerTimestamp=moment(NOON))
    assert read_change(GOOD, value, NOON + timedelta(hours=1)).at == NOON
    assert read_change(GOOD, ua.DataValue(ua.Variant(3), SourceTimestamp=nothing), NOON).at == NOON
    hour = timedelta(hours=1)
    for ahead in (hour, -hour):
        shifted = ua.DataValue(ua.Variant(3), SourceTimestamp=moment(NOON + ahead))
        assert read_change(GOOD, shifted, NOON, ahead).at == NOON


def test_a_clock_that_runs_far_ahead_hides_nothing() -> None:
    value = ua.DataValue(ua.Variant(3), SourceTimestamp=moment(NOON + timedelta(days=1)))
    assert read_change(GOOD, value, NOON).at == NOON + timedelta(minutes=5)
    assert read_change(GOOD, ua.DataValue(ua.Variant(3)), NOON).at == NOON
