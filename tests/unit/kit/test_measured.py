"""A lot that was measured: its own ratios first, then the item's, then the general ones."""

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import InvalidError
from services.kit.measures import ItemLot, Measured, of_lot
from services.kit.quantity import Measures, Quantity

FILM = Measures(
    "MTK",
    (
        ("XRO", "MTK", Fraction(400)),
        ("KGM", "MTK", Fraction(4)),
        ("XPX", "XRO", Fraction(12)),
    ),
)
L7, L8 = ItemLot("FILM", "L7"), ItemLot("FILM", "L8")
ratios = st.fractions(min_value=Fraction(1, 9973), max_value=9973, max_denominator=9973)
values = st.decimals("0.001", "99999", places=3)


def amount(value: str, unit: str) -> Quantity:
    return Quantity.parse(value, unit)


def test_the_lots_own_ratio_leads_wherever_the_items_led() -> None:
    items = Measured({"FILM": FILM}, {L7: [("XRO", "MTK", Fraction(825, 2))]})
    assert str(items.convert(L7, amount("1", "XRO"))) == "412.5 MTK"
    assert str(items.convert(L7, amount("1", "XPX"))) == "4950 MTK"
    assert str(items.convert(L7, amount("2", "KGM"))) == "8 MTK"
    assert str(items.convert(L7, amount("5", "DMK"))) == "0.05 MTK"
    assert str(items.convert(L8, amount("1", "XPX"))) == "4800 MTK"
    assert str(items.convert(L8, amount("800", "MTK"), "XRO")) == "2 XRO"
    assert "FILM" in items
    assert "CAKE" not in items


def test_what_contradicts_the_lot_gives_way_to_it() -> None:
    weighed = [("XRO", "MTK", Fraction(412)), ("XRO", "KGM", Fraction(100))]
    lot = of_lot(FILM, weighed)
    assert lot.ratio("KGM") == Fraction(412, 100)
    assert all(one in lot.own for one in weighed)


def test_a_ratio_that_leads_nowhere_is_left_out() -> None:
    lot = of_lot(Measures("MTK"), [("XBX", "XPK", Fraction(3)), ("MTK", "CMK", Fraction(7))])
    assert lot == Measures("MTK")


def test_lots_of_an_item_that_is_not_known_say_nothing() -> None:
    assert "FILM" not in Measured({}, {L7: [("XRO", "MTK", Fraction(1))]})


@pytest.mark.parametrize(("goods", "whose"), [(L7, "of this lot alone"), (ItemLot("FILM"), "item")])
def test_what_nothing_leads_to_is_told_with_the_way_out(goods: ItemLot, whose: str) -> None:
    items = Measured({"FILM": FILM})
    for told, unit in ((amount("1", "XBX"), ""), (amount("1", "MTK"), "XBX")):
        with pytest.raises(InvalidError) as refused:
            items.convert(goods, told, unit)
        assert (refused.value.code, refused.value.field) == ("unit_mismatch", "unit")
        assert str(goods) in str(refused.value)
        assert "XBX" in str(refused.value)
        assert "MTK" in str(refused.value)
        assert whose in refused.value.hint


@given(ratios, ratios, values)
def test_an_amount_of_a_lot_comes_back_as_it_went(
    roll: Fraction, kilo: Fraction, value: Decimal
) -> None:
    lot = of_lot(FILM, [("XRO", "MTK", roll), ("KGM", "XRO", kilo)])
    for unit, ratio in (("XRO", roll), ("KGM", roll * kilo), ("XPX", 12 * roll)):
        assert lot.ratio(unit) == ratio
        assert Fraction(value) * lot.ratio(unit) / lot.ratio(unit) == Fraction(value)
        told = Quantity(value, unit)
        with suppress(InvalidError):
            assert lot.convert(lot.convert(told), unit) == told
