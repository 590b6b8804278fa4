"""The units of one thing: its base, and ratios of its own."""

from fractions import Fraction

import pytest

from services.kit.errors import InvalidError
from services.kit.quantity import Measures, Quantity, in_force

PIECE = ("H87", "KGM", Fraction(1, 4))


def converted(measures: Measures, value: str, unit: str) -> str:
    return str(measures.convert(Quantity.parse(value, unit)))


def test_general_ratios_need_no_own() -> None:
    measures = Measures("KGM")
    assert converted(measures, "1500", "GRM") == "1.5 KGM"
    assert converted(measures, "2", "KGM") == "2 KGM"


def test_own_ratios_lead_both_ways_and_on() -> None:
    # A drum is 200 l, a litre weighs 0.9 kg, a piece 250 g: stated in any order, either way round.
    oil = Measures("KGM", (("SET", "LTR", Fraction(200)), ("KGM", "LTR", Fraction(10, 9)), PIECE))
    assert converted(oil, "1", "SET") == "180 KGM"
    assert converted(oil, "100", "MLT") == "0.09 KGM"
    assert converted(oil, "2", "DZN") == "6 KGM"


def test_any_two_units_of_a_thing_convert() -> None:
    measures = Measures("KGM", (PIECE,))
    assert str(measures.convert(Quantity.parse("1", "DZN"), "GRM")) == "3000 GRM"
    assert str(measures.convert(Quantity.parse("2", "H87"), "H87")) == "2 H87"
    with pytest.raises(InvalidError):
        measures.convert(Quantity.parse("2", "H87"), "LTR")


def test_what_is_no_exact_decimal_is_refused() -> None:
    thirds = Measures("KGM", (("H87", "KGM", Fraction(1, 3)),))
    assert converted(thirds, "3", "H87") == "1 KGM"
    with pytest.raises(InvalidError) as refused:
        converted(thirds, "1", "H87")
    assert refused.value.code == "inexact_quantity"


def test_a_unit_that_leads_nowhere_is_refused_with_those_that_do() -> None:
    with pytest.raises(InvalidError) as refused:
        Measures("KGM", (PIECE,)).ratio("LTR")
    assert (refused.value.code, refused.value.field) == ("unit_mismatch", "unit")
    assert "H87, KGM" in refused.value.hint


def test_the_same_ratio_twice_is_fine_another_is_not() -> None:
    assert Measures("KGM", (PIECE, ("KGM", "EA", Fraction(4)))).ratio("EA") == Fraction(1, 4)
    with pytest.raises(InvalidError) as refused:
        Measures("KGM", (PIECE, ("KGM", "EA", Fraction(5))))
    assert (refused.value.code, refused.value.field) == ("contradicting_ratio", "own[1]")


@pytest.mark.parametrize(
    ("own", "field"),
    [
        ((("PCE", "KGM", Fraction(1)),), "own[0].source"),
        ((PIECE, ("EA", "KG", Fraction(1))), "own[1].target"),
        ((("LTR", "MTR", Fraction(1)), PIECE), "own[0]"),
    ],
)
def test_a_bad_ratio_is_named(own: tuple[tuple[str, str, Fraction], ...], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        Measures("KGM", own)
    assert refused.value.field == field


def test_of_each_pair_the_ratio_that_began_last_holds() -> None:
    may, june = "2026-05-01", "2026-06-01"
    told = [
        ("H87", "KGM", ""),
        ("H87", "KGM", june),
        ("XBX", "H87", june),
        ("H87", "KGM", june),
        ("LTR", "KGM", ""),
    ]
    assert in_force(told, may) == [0, 4]
    assert in_force(told, june) == [1, 2, 3, 4]
