"""Clocks, instants and business dates."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.kit.clock import Instant, ManualClock, SystemClock, business_date
from services.kit.errors import InvalidError

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_system_clock_is_aware_and_monotonic() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_manual_clock_moves_both_times_and_sets_one() -> None:
    clock = ManualClock(NOON)
    clock.advance(timedelta(minutes=5))
    assert (clock.now(), clock.monotonic()) == (NOON + timedelta(minutes=5), 300)
    clock.set(NOON - timedelta(hours=1))
    assert (clock.now(), clock.monotonic()) == (NOON - timedelta(hours=1), 300)


def test_instant_keeps_utc_and_the_sources_offset() -> None:
    instant = Instant.parse("2026-05-04T14:00:00+02:00")
    assert instant == Instant(NOON, 120)
    assert str(instant) == "2026-05-04T14:00:00+02:00"
    assert instant.moment.tzinfo is UTC
    assert Instant.parse("2026-05-04T12:00:00Z") == Instant(NOON)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-05-04T12:00:00", "2026-05-04", "2026-13-04T12:00:00Z"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00"),
        *("2026-05-04T12:00:00+15:00", "2026-05-04T12:00:00+01:00:30"),
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        Instant.parse(text)
    assert refusal.value.code == "bad_time"
    assert refusal.value.field in {"moment", "offset_minutes"}


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-05-04T22:30:00Z", "Europe/Paris", date(2026, 5, 5)),
        ("2026-05-04T21:30:00Z", "Europe/Paris", date(2026, 5, 4)),
        ("2026-01-04T22:30:00Z", "Europe/Paris", date(2026, 1, 4)),
        ("2026-05-05T03:30:00Z", "America/New_York", date(2026, 5, 4)),
        # a source that shows another offset than the plant's does not move the plant's day
        ("2026-05-05T01:30:00+09:00", "Europe/Paris", date(2026, 5, 4)),
    ],
)
def test_business_date_is_the_plants_day(moment: str, zone: str, day: date) -> None:
    assert business_date(Instant.parse(moment), zone) == day


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../etc/passwd", "Europe", "x" * 5000, "a\0b"]
)
def test_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        business_date(Instant(NOON), zone)
    assert (refusal.value.code, refusal.value.field) == ("unknown_zone", "zone")
