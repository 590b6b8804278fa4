"""Posting in parts: nothing is lost to rounding, and no part is more than a unit off."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.quantity import Measures, Quantity
from services.kit.rounding import Tally

ratios = st.fractions(min_value=Fraction(1, 997), max_value=997, max_denominator=997)
amounts = st.integers(1, 10**9).map(lambda units: Fraction(units, 1000))


def post(tally: Tally, parts: list[Fraction]) -> tuple[Tally, list[Decimal]]:
    posted = []
    for exact in parts:
        tally, part = tally.post(exact)
        posted.append(part)
    return tally, posted


@given(st.integers(0, 6), ratios, st.lists(amounts, min_size=1, max_size=40))
def test_no_part_is_a_unit_off_and_the_sum_is_the_rounded_total(
    decimals: int, ratio: Fraction, given: list[Fraction]
) -> None:
    unit, exact = Fraction(1, 10**decimals), [amount * ratio for amount in given]
    tally, posted = post(Tally(decimals), exact)
    for wanted, part in zip(exact, posted, strict=True):
        assert abs(Fraction(part) - wanted) < unit
        assert Fraction(part) % unit == 0
    assert sum(map(Fraction, posted)) + tally.residual == sum(exact)
    assert abs(tally.residual) <= unit / 2
    # What is missing to a whole unit comes: the cumulated residual is 0.
    tally, _ = tally.post(-tally.wanted % unit)
    assert tally.residual == 0


@given(st.integers(0, 4), st.lists(amounts, min_size=1, max_size=20), st.integers(2, 997))
def test_a_whole_cut_in_equal_parts_comes_out_whole(
    decimals: int, whole: list[Fraction], parts: int
) -> None:
    total = Fraction(round(sum(whole)))
    tally, posted = post(Tally(decimals), [total / parts] * parts)
    assert sum(map(Fraction, posted)) == total
    assert tally.residual == 0


def test_what_was_left_by_a_part_taken_back_is_worked_off() -> None:
    # Two units too much are on the books; no part is more than a unit off all the same.
    tally = Tally(0, Fraction(3), Decimal(5))
    for wanted, part in (("1.5", 1), ("1.5", 1), ("2.5", 2), ("2.5", 2), ("1", 1), ("1.5", 2)):
        tally, posted = tally.post(Fraction(wanted))
        assert posted == part, wanted
    assert abs(tally.residual) <= Fraction(1, 2)


def kilos(value: str) -> Quantity:
    return Quantity.parse(value, "KGM")


def test_erpnext_42608_five_pieces_of_21_kg_are_105_kg_and_back_five() -> None:
    # There: factor 1/21 kept as 0.048 or 0.047, so 105 kg came back as 4.9 Nos.
    bar = Measures("KGM", (("H87", "KGM", Fraction(21)),))
    assert bar.convert(Quantity.parse("5", "H87")) == kilos("105")
    assert bar.convert(kilos("105"), "H87") == Quantity.parse("5", "H87")


def test_erpnext_57049_pieces_stay_whole() -> None:
    # There: 10 boxes of 3 kg in pieces of 0.7 kg left fractions of a piece in the stock ledger.
    tally, posted = post(Tally(0), [Fraction(3) / Fraction(7, 10)] * 10)
    assert [int(part) for part in posted] == [4, 5, 4, 4, 4, 5, 4, 4, 5, 4]
    assert tally.posted == 43
    assert tally.residual == Fraction(300, 7) - 43


@pytest.mark.parametrize("third", [Fraction(1, 3), Fraction(2, 3), Fraction(1, 7)])
def test_erpnext_40218_a_factor_is_no_three_decimals(third: Fraction) -> None:
    # There: 1/3 kept as 0.333, so 3,000 of them were 999.
    cut = Measures("KGM", (("H87", "KGM", third),))
    whole = Quantity.parse("3000", "H87").scaled(third * 7, "KGM")
    assert cut.convert(Quantity.parse("21000", "H87")) == whole
    assert cut.convert(whole, "H87") == Quantity.parse("21000", "H87")


def test_erpnext_41476_the_parts_add_up_to_the_total() -> None:
    # There: lines that add up to -27.56 stood under a total of -27.57.
    lines = [Fraction("-9.188")] * 3
    tally, posted = post(Tally(2), lines)
    assert posted == [Decimal("-9.19"), Decimal("-9.19"), Decimal("-9.18")]
    assert sum(posted) == tally.posted == Decimal("-27.56")
    assert sum(round(line, 2) for line in lines) == Fraction("-27.57")
