"""Check digits against GS1's own examples, and what a slip of the hand does to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import InvalidError
from services.wms.domain.sscc import check_digit, check_sscc, make_sscc

# From GS1's standards: EPCIS 2.0 and the General Specifications 7.9.1 (a GTIN-13 of its example).
KNOWN = ["106141411234567897", "006141411234567890", "340123450000000017"]


@pytest.mark.parametrize("sscc", KNOWN)
def test_known_codes_are_valid(sscc: str) -> None:
    check_sscc(sscc, "sscc")


def test_the_check_digit_of_the_specification_is_computed() -> None:
    assert check_digit("629104150021") == "3"
    assert check_digit("37610425002123456") == "9"


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_a_wrong_digit_is_found(digits: str, place: int, off: int) -> None:
    wrong = digits[:place] + str((int(digits[place]) + off) % 10) + digits[place + 1 :]
    check_sscc(digits + check_digit(digits), "sscc")
    with pytest.raises(InvalidError) as caught:
        check_sscc(wrong + check_digit(digits), "sscc")
    assert (caught.value.code, caught.value.field) == ("bad_sscc", "sscc")


@pytest.mark.parametrize("bad", ["", "1" * 17, "1" * 19, "10614141123456789x", "\uff11" * 18])
def test_what_is_no_code_is_refused(bad: str) -> None:
    with pytest.raises(InvalidError):
        check_sscc(bad, "sscc")


@given(st.text("0123456789", min_size=5, max_size=13), st.integers(1, 9998))
def test_codes_of_a_prefix_are_valid_and_all_different(prefix: str, serial: int) -> None:
    made = [make_sscc(prefix, serial), make_sscc(prefix, serial + 1)]
    for sscc in made:
        check_sscc(sscc, "sscc")
        assert sscc.startswith(prefix)
    assert made[0] != made[1]


@pytest.mark.parametrize(
    ("prefix", "serial", "code"),
    [("1234", 1, "bad_prefix"), ("12345a", 1, "bad_prefix"), ("1" * 13, 10_000, "prefix_used_up")],
)
def test_a_prefix_gives_what_it_has(prefix: str, serial: int, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        make_sscc(prefix, serial)
    assert (caught.value.code, caught.value.field) == (code, "plant")
