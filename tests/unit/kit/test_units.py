"""The table of units follows the definitions and refuses what it does not know."""

from fractions import Fraction

import pytest

from services.kit.errors import InvalidError
from services.kit.units import UNITS, find_ratio, find_unit


@pytest.mark.parametrize("code", ["BX", "CT", "PF", "RO", "PCE", "kgm", "KG", "", " KGM", "XBX"])
def test_what_rec_20_does_not_carry_is_refused_with_a_way_out(code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        find_unit(code, field="lines[3].unit")
    assert refusal.value.code == "unknown_unit"
    assert refusal.value.field == "lines[3].unit"
    assert refusal.value.hint


def test_every_dimension_has_its_base() -> None:
    linear = {unit.dimension for unit in UNITS.values() if unit.ratio is not None}
    assert linear == {unit.dimension for unit in UNITS.values() if unit.ratio == 1}


def test_ratios_are_positive_and_invert() -> None:
    linear = [unit for unit in UNITS.values() if unit.ratio is not None]
    for unit in linear:
        base = next(u for u in linear if u.dimension == unit.dimension and u.ratio == 1)
        assert find_ratio(unit.code, base.code) > 0
        assert find_ratio(unit.code, base.code) * find_ratio(base.code, unit.code) == 1


@pytest.mark.parametrize(
    ("source", "target", "ratio"),
    [
        ("YRD", "FOT", Fraction(3)),
        ("SMI", "YRD", Fraction(1760)),
        ("LBR", "ONZ", Fraction(16)),
        ("LBR", "GRN", Fraction(7000)),
        ("STN", "LBR", Fraction(2000)),
        ("LTN", "LBR", Fraction(2240)),
        ("CWA", "LBR", Fraction(100)),
        ("GLL", "INQ", Fraction(231)),
        ("GLL", "OZA", Fraction(128)),
        ("GLL", "QTL", Fraction(4)),
        ("BLL", "GLL", Fraction(42)),
        ("FTQ", "INQ", Fraction(1728)),
        ("YDQ", "FTQ", Fraction(27)),
        ("FTK", "INK", Fraction(144)),
        ("INH", "77", Fraction(1000)),
        ("HLT", "LTR", Fraction(100)),
        ("KMH", "MTS", Fraction(5, 18)),
        # a pound-force on a square inch, from the definitions of pound, inch and standard gravity
        ("PS", "PAL", Fraction("0.45359237") * Fraction("9.80665") / Fraction("0.0254") ** 2),
    ],
)
def test_ratios_follow_the_definitions(source: str, target: str, ratio: Fraction) -> None:
    assert find_ratio(source, target) == ratio
