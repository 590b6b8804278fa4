"""Quantities are exact, bounded, and never mix units."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity

LARGEST = Decimal("999999999999999999.999999999999")
halves = st.integers(-4 * 10**29, 4 * 10**29).map(lambda units: Decimal(f"{units}E-12"))
values = st.integers(1 - 10**30, 10**30 - 1).map(lambda units: Decimal(f"{units}E-12"))


def kg(value: str) -> Quantity:
    return Quantity.parse(value, "KGM")


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("12.50", "12.5"),
        ("+3", "3"),
        ("-0", "0"),
        ("0.000", "0"),
        ("1E3", "1000"),
        ("25e-1", "2.5"),
        ("0000012", "12"),
        ("0.000000000001", "0.000000000001"),
        ("999999999999999999", "999999999999999999"),
    ],
)
def test_text_is_canonical(text: str, canonical: str) -> None:
    assert kg(text).text == canonical


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "NaN", "Infinity", "-inf", "sNaN", "1,5", "1_000", "0x10", "1.", ".5", "1 "),
        *("--1", "1e999", "1e", "²", "٣", "9" * 61, "0." + "0" * 61, "1\n"),
        *("1000000000000000000", "0.0000000000001", "1E18", "1E-13"),
    ],
)
def test_what_is_no_bounded_decimal_is_refused(text: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        kg(text)
    assert refusal.value.field == "value"
    assert refusal.value.hint


@pytest.mark.parametrize("value", [1.5, 1, True, None, Decimal("NaN"), Decimal("Infinity"), "1"])
def test_only_finite_decimals_get_in(value: object) -> None:
    with pytest.raises(InvalidError, match="not a decimal"):
        Quantity(value, "KGM")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1.5, None, b"1", Decimal(1)])
def test_only_text_is_parsed(value: object) -> None:
    with pytest.raises(InvalidError, match="not a decimal"):
        Quantity.parse(value, "KGM")


@given(halves, halves)
def test_sums_are_exact(left: Decimal, right: Decimal) -> None:
    a, b = Quantity(left, "KGM"), Quantity(right, "KGM")
    assert Fraction((a + b).value) == Fraction(left) + Fraction(right)
    assert (a + b) - b == a
    assert a - a == Quantity.zero("KGM")
    assert (-a) + a == Quantity.zero("KGM")


@given(values)
def test_text_round_trips(value: Decimal) -> None:
    quantity = Quantity(value, "LTR")
    assert Quantity.parse(quantity.text, "LTR") == quantity
    assert not set(quantity.text) - set("0123456789.-")


def test_a_sum_out_of_bounds_is_refused_not_rounded() -> None:
    with pytest.raises(InvalidError, match="at most 18 digits"):
        Quantity(LARGEST, "KGM") + Quantity(LARGEST, "KGM")


def test_other_units_never_mix() -> None:
    for mixed in (
        lambda: kg("1") + Quantity.parse("1", "GRM"),
        lambda: kg("1") - Quantity.parse("1", "GRM"),
        lambda: kg("1") < Quantity.parse("1", "GRM"),
        lambda: kg("1") <= Quantity.parse("1", "GRM"),
    ):
        with pytest.raises(InvalidError) as refusal:
            mixed()
        assert (refusal.value.code, refusal.value.field) == ("unit_mismatch", "unit")


def test_equality_is_value_and_unit() -> None:
    assert kg("1.0") == kg("1")
    assert hash(kg("1.0")) == hash(kg("1"))
    assert kg("1") != Quantity.parse("1000", "GRM")
    assert kg("1") < kg("1.1") <= kg("1.10")
    assert kg("2") > kg("1")


@pytest.mark.parametrize(
    ("amount", "source", "target", "expected"),
    [
        ("1", "LBR", "KGM", "0.45359237"),
        ("2.5", "TNE", "KGM", "2500"),
        ("3", "DZN", "H87", "36"),
        ("90", "MIN", "HUR", "1.5"),
        ("1", "GLL", "LTR", "3.785411784"),
        ("1", "INH", "MMT", "25.4"),
        ("-1", "MTR", "CMT", "-100"),
        ("1", "H87", "EA", "1"),
    ],
)
def test_conversion_is_exact(amount: str, source: str, target: str, expected: str) -> None:
    assert Quantity.parse(amount, source).to(target) == Quantity.parse(expected, target)


def test_what_is_not_exact_must_be_rounded_by_the_caller() -> None:
    with pytest.raises(InvalidError, match="not an exact decimal") as refusal:
        kg("1").to("LBR")
    assert refusal.value.code == "inexact_quantity"
    assert kg("1").to("LBR", decimals=3) == Quantity.parse("2.205", "LBR")


def test_rounding_is_half_even() -> None:
    assert kg("0.125").scaled(Fraction(1), "KGM", decimals=2) == kg("0.12")
    assert kg("0.375").scaled(Fraction(1), "KGM", decimals=2) == kg("0.38")


def test_an_items_own_ratio_crosses_dimensions() -> None:
    assert kg("7").scaled(Fraction(12, 7), "H87") == Quantity.parse("12", "H87")


@pytest.mark.parametrize(("source", "target"), [("KGM", "LTR"), ("CEL", "FAH"), ("SET", "H87")])
def test_dimensions_do_not_convert(source: str, target: str) -> None:
    with pytest.raises(InvalidError, match="does not convert") as refusal:
        Quantity.parse("1", source).to(target)
    assert refusal.value.code == "unit_mismatch"
