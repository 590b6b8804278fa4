"""What a scope may be."""

from datetime import date, datetime, timedelta

import pytest

from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.quality.domain.scope import (
    LONGEST,
    MOST_DAYS,
    EquipmentScope,
    ItemScope,
    OrderScope,
    Scope,
    SupplierLotScope,
    check_scope,
)
from tests.unit.quality.samples import LYON, NOON

DAY, MOMENT = NOON.date(), timedelta(microseconds=1)
OVEN = "lyon/hall/oven"


def days(first: date, last: date | None = None) -> Scope:
    """Of bread."""
    return ItemScope("BREAD", first, last)


def times(start: datetime, end: datetime | None = None) -> Scope:
    """Of the oven."""
    return EquipmentScope(OVEN, Instant(start), Instant(end) if end else None)


def back(amount: int) -> date:
    """Days before today."""
    return DAY - timedelta(days=amount)


REFUSED = [
    (days(DAY, back(1)), "range_inverted", "item.last_day"),
    (days(back(MOST_DAYS), DAY), "range_too_wide", "item.last_day"),
    (days(back(MOST_DAYS)), "range_too_wide", "item.first_day"),
    (times(NOON, NOON), "range_inverted", "equipment.ends_at"),
    (times(NOON, NOON - MOMENT), "range_inverted", "equipment.ends_at"),
    (times(NOON, NOON + LONGEST + MOMENT), "range_too_wide", "equipment.ends_at"),
    (times(NOON - LONGEST - MOMENT), "range_too_wide", "equipment.starts_at"),
    (EquipmentScope("oslo/oven", Instant(NOON)), "foreign_equipment", "equipment.equipment"),
    (EquipmentScope("lyons/oven", Instant(NOON)), "foreign_equipment", "equipment.equipment"),
]
FINE = [
    OrderScope("4711"),
    SupplierLotScope("MILL", "M-7"),
    days(DAY, DAY),
    days(back(MOST_DAYS - 1), DAY),
    days(back(MOST_DAYS - 1)),
    days(DAY + timedelta(days=9)),
    times(NOON, NOON + MOMENT),
    times(NOON, NOON + LONGEST),
    times(NOON - LONGEST),
]


@pytest.mark.parametrize(("scope", "code", "field"), REFUSED)
def test_a_scope_is_refused_by_its_field(scope: Scope, code: str, field: str) -> None:
    with pytest.raises(InvalidError) as caught:
        check_scope(scope, LYON, NOON)
    assert (caught.value.code, caught.value.field) == (code, f"scope.{field}")
    assert caught.value.hint


@pytest.mark.parametrize("scope", FINE)
def test_a_scope_may_be_this_wide(scope: Scope) -> None:
    check_scope(scope, LYON, NOON)


def test_a_time_without_its_offset_is_none() -> None:
    with pytest.raises(InvalidError, match="needs its offset") as caught:
        EquipmentScope(OVEN, Instant.parse("2026-05-04T14:00:00"))
    assert caught.value.code == "bad_time"
