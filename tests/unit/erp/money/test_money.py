"""Money, standard costs, the account map and the table of bookings."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some
from plantmesh.wms.v1 import wms_pb2

from services.erp.domain.accounts import Chart, Purpose, WaitingError
from services.erp.domain.booking import BOOKINGS, REVERSAL, Role
from services.erp.domain.entry import Entry, EntryKey, EntryKind, Line
from services.erp.domain.goods import StockStatus
from services.erp.domain.money import LARGEST, Money, minor_digits
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.wms.domain.place import Status
from services.wms.domain.rules import RULES, Part
from tests.unit.erp.money.memory import LATER, NOON, cost, item, mapping

TYPES = wms_pb2.MovementType.DESCRIPTOR.values


@pytest.mark.parametrize(
    ("currency", "text", "minor"), [("EUR", "12.50", 1250), ("JPY", "-3", -3), ("KWD", "0.005", 5)]
)
def test_an_amount_has_the_decimals_of_its_currency(currency: str, text: str, minor: int) -> None:
    money = Money.parse(text, currency)
    assert money == Money(minor, currency)
    assert money.text == text
    assert str(money) == f"{text} {currency}"
    assert money.exact == Fraction(text)


@pytest.mark.parametrize(
    ("value", "currency", "code"),
    [
        ("1.005", "EUR", "inexact_money"),
        ("0.5", "JPY", "inexact_money"),
        (1.5, "EUR", "not_a_decimal"),
        ("x", "EUR", "not_a_decimal"),
        ("NaN", "EUR", "not_a_decimal"),
        ("Infinity", "EUR", "not_a_decimal"),
        ("1", "XAU", "unknown_currency"),
        ("1", "eur", "unknown_currency"),
    ],
)
def test_what_is_no_amount_is_refused(value: object, currency: str, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        Money.parse(value, currency)
    assert refused.value.code == code
    assert refused.value.hint


@pytest.mark.parametrize("minor", [1.0, True, Decimal(1), LARGEST])
def test_minor_units_are_whole_and_bounded(minor: object) -> None:
    with pytest.raises(InvalidError):
        Money(minor, "EUR")  # type: ignore[arg-type]


def test_currencies_never_mix() -> None:
    for mixed in (Money.__add__, Money.__sub__):
        with pytest.raises(InvalidError, match="5 JPY is not in EUR"):
            mixed(Money(5, "EUR"), Money(5, "JPY"))


@given(
    some.lists(some.integers(-(10**12), 10**12)), some.sampled_from(["EUR", "JPY", "KWD", "CLF"])
)
def test_sums_are_exact(parts: list[int], currency: str) -> None:
    total = Money(0, currency)
    for part in parts:
        total = total + Money(part, currency) - Money(part, currency) + Money(part, currency)
    assert total == Money(sum(parts), currency)
    assert bool(-total) == bool(sum(parts))
    assert Money.parse(total.text, currency) == total


@given(some.fractions(-(10**9), 10**9))
def test_rounding_is_off_by_half_a_unit_at_most(exact: Fraction) -> None:
    assert abs(Money.rounded(exact, "EUR").exact - exact) <= Fraction(1, 200)


def test_half_goes_to_even() -> None:
    assert Money.rounded(Fraction(1, 200), "EUR").minor == 0
    assert Money.rounded(Fraction(3, 200), "EUR").minor == 2


def test_digits_follow_the_standard() -> None:
    assert [minor_digits(code) for code in ("JPY", "EUR", "KWD", "UYW")] == [0, 2, 3, 4]


def test_a_cost_is_for_so_many_of_any_unit_the_item_has() -> None:
    steel = item("steel", cost("7", per="3"))
    assert steel.base(Quantity(Decimal(2), "XDR")) == 50
    assert steel.costs[0].value(Fraction(50), steel.measures) == Fraction(350, 3)
    per_drum = cost("100")
    per_drum = type(per_drum)(Decimal(100), "EUR", Quantity(Decimal(1), "XDR"))
    assert per_drum.value(Fraction(50), steel.measures) == 200


def test_the_newest_cost_that_has_begun_is_in_force() -> None:
    steel = item("steel", cost("1"), cost("2", since=date(2026, 5, 4)), cost("3", since=date.max))
    assert steel.cost_on(date(2026, 5, 3)).amount == 1
    assert steel.cost_on(date(2026, 5, 4)).amount == 2
    with pytest.raises(WaitingError) as missing:
        item("gold").cost_on(date(2026, 5, 4))
    assert (missing.value.code, missing.value.wants) == ("missing_cost", "cost/lyon/gold")


def test_the_most_telling_account_wins() -> None:
    blocked = Purpose(Role.STOCK, ("paint", "RAW"), StockStatus.BLOCKED)
    maps = [
        mapping("stock", "1"),
        mapping("stock/RAW", "2"),
        mapping("stock/RAW", "3", "lyon"),
        mapping("stock/paint", "4", since=LATER),
        mapping("stock/RAW/blocked", "5"),
    ]
    assert Chart(maps[:1]).account("lyon", blocked, NOON) == "1"
    assert Chart(maps[:2]).account("lyon", blocked, NOON) == "2"
    assert Chart(maps[:3]).account("lyon", blocked, NOON) == "3"
    assert Chart(maps[:3]).account("oslo", blocked, NOON) == "2"
    assert Chart(maps[:4]).account("lyon", blocked, NOON) == "3"
    assert Chart(maps[:4]).account("lyon", blocked, LATER) == "4"
    assert Chart(maps[:3] + maps[4:]).account("lyon", blocked, NOON) == "5"


def test_a_mapping_ends() -> None:
    ended = type(mapping("wip", "1"))("", "wip", "1", NOON, LATER)
    chart = Chart([ended])
    assert chart.account("lyon", Purpose(Role.WIP), NOON) == "1"
    with pytest.raises(WaitingError) as missing:
        chart.account("lyon", Purpose(Role.WIP, ("RAW",)), LATER)
    assert (missing.value.code, missing.value.wants) == ("unmapped_account", "account/lyon/wip/RAW")


def test_every_type_of_the_warehouse_has_its_booking() -> None:
    """The table says of each what wms' own rules do."""
    types = {one.name[len("MOVEMENT_TYPE_") :].lower() for one in TYPES}
    assert types - {"unspecified", REVERSAL} == BOOKINGS.keys()
    for type, rule in RULES.items():
        if type == REVERSAL:
            continue
        booking = BOOKINGS[type]
        assert booking.takes_over == (Part.OWNER in rule.changes), type
        assert (booking.adds, booking.two_sided) == (rule.adds, rule.two_sided), type
        assert str(booking.into) == str(rule.into[0] if len(rule.into) == 1 else None), type
    assert {str(one) for one in Status} == {str(one) for one in StockStatus}


@pytest.mark.parametrize(
    "lines",
    [
        [("lyon", 1, "EUR", 0), ("lyon", -2, "EUR", 0)],
        [("lyon", 1, "EUR", 0), ("oslo", -1, "EUR", 0)],
        [("lyon", 1, "EUR", 0), ("lyon", -1, "SEK", 0)],
        [("lyon", 0, "EUR", 0), ("lyon", 0, "SEK", 0)],
        [("lyon", 1, "EUR", 1), ("lyon", -1, "EUR", 0)],
    ],
)
def test_an_entry_that_does_not_balance_in_every_plant_cannot_be(
    lines: list[tuple[str, int, str, int]],
) -> None:
    key = EntryKey("lyon", EntryKind.MOVEMENT, "m-1")
    made = tuple(
        Line(plant, "1", Role.STOCK, Money(minor, currency), Fraction(exact))
        for plant, minor, currency, exact in lines
    )
    with pytest.raises(InvalidError, match="m-1"):
        Entry(key, date(2026, 5, 4), made)
