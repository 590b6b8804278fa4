"""The table of units follows the definitions and refuses what it does not know."""

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import InvalidError
from services.kit.quantity import Measures, Quantity
from services.kit.units import PACKAGE, UNITS, Unit, find_ratio, find_unit

LINEAR = [unit for unit in UNITS.values() if unit.ratio is not None]
PAIRS = [(a, b) for a, b in combinations(LINEAR, 2) if a.dimension == b.dimension]
values = st.integers(1 - 10**15, 10**15 - 1).map(lambda units: Decimal(f"{units}E-6"))


def test_every_pair_of_a_dimension_converts_exactly_both_ways() -> None:
    bases = {unit.dimension: unit.code for unit in LINEAR if unit.ratio == 1}
    assert len(PAIRS) > 500
    for one, other in PAIRS:
        there, back = find_ratio(one.code, other.code), find_ratio(other.code, one.code)
        base = bases[one.dimension]
        assert there > 0
        assert there * back == 1
        assert there == find_ratio(one.code, base) * find_ratio(base, other.code)


@given(st.sampled_from(PAIRS), values)
def test_an_amount_comes_back_as_it_went(pair: tuple[Unit, Unit], value: Decimal) -> None:
    one, other = pair[0].code, pair[1].code
    there, back = Measures(one).ratio(other), Measures(other).ratio(one)
    assert Fraction(value) / there / back == Fraction(value)
    sent = Quantity(value, one)
    with suppress(InvalidError):
        assert sent.to(other).to(one) == sent


def test_the_table_is_what_manufacturing_uses_and_no_more() -> None:
    packages = [unit for unit in UNITS.values() if unit.dimension == PACKAGE]
    assert 120 <= len(UNITS) - len(packages) <= 170
    assert {unit.code[0] for unit in packages} == {"X"}
    assert {len(unit.code) for unit in packages} == {3}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("XBX", "box"),
        ("XCT", "carton"),
        ("XPX", "pallet"),
        ("XRO", "roll"),
        ("XBG", "bag"),
        ("XDR", "drum"),
        ("XPK", "package"),
        ("XSA", "sack"),
        ("XTU", "tube"),
        ("XBO", "bottle, non-protected, cylindrical"),
    ],
)
def test_a_package_holds_what_its_item_says(code: str, name: str) -> None:
    assert find_unit(code).name == name
    for other in ("H87", "XPK" if code != "XPK" else "XBX"):
        with pytest.raises(InvalidError, match="does not convert"):
            find_ratio(code, other)
    item = Measures("H87", ((code, "H87", Fraction(12)), ("XKG", code, Fraction(4))))
    assert item.convert(Quantity.parse("2", "XKG")) == Quantity.parse("96", "H87")


def test_a_pen_for_animals_is_no_pallet() -> None:
    for code in ("PF", "XPF"):
        with pytest.raises(InvalidError) as refusal:
            find_unit(code)
        assert "XPX" in refusal.value.hint or code == "XPF"


@pytest.mark.parametrize(
    "code", ["BX", "CT", "PF", "RO", "PCE", "ST", "kgm", "KG", "", " KGM", "XPF", "XBX ", "xbx"]
)
def test_what_rec_20_does_not_carry_is_refused_with_a_way_out(code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        find_unit(code, field="lines[3].unit")
    assert refusal.value.code == "unknown_unit"
    assert refusal.value.field == "lines[3].unit"
    assert refusal.value.hint


def test_every_dimension_has_its_base() -> None:
    assert {u.dimension for u in LINEAR} == {u.dimension for u in LINEAR if u.ratio == 1}


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
        ("GLL", "PTL", Fraction(8)),
        ("GLI", "PTI", Fraction(8)),
        ("GLI", "QTI", Fraction(4)),
        ("GLI", "OZI", Fraction(160)),
        ("STI", "LBR", Fraction(14)),
        ("CWI", "STI", Fraction(8)),
        ("APZ", "GRN", Fraction(480)),
        ("KNT", "KMH", Fraction("1.852")),
        ("HM", "FS", Fraction(22, 15)),
        ("C78", "NEW", Fraction("0.45359237") * Fraction("9.80665")),
        ("HJ", "WTT", 75 * Fraction("9.80665")),
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
