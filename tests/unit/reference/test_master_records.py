"""What records in full refuse by themselves; when they apply."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.kit.errors import ConflictError, InvalidError
from services.kit.quantity import Quantity
from services.reference.domain.bill import BillLine
from services.reference.domain.change import revision_on
from services.reference.domain.change_state import ChangeState
from services.reference.domain.figures import read_figure
from services.reference.domain.item import Basis, Conversion
from services.reference.domain.item_state import Lifecycle
from services.reference.domain.location import Location, LocationType
from services.reference.domain.party import Party, PartyRole
from services.reference.domain.reason import Category, Reason
from services.reference.domain.routing import Operation
from services.reference.domain.span import Span, applying, check_alone
from tests.unit.reference.examples import (
    PIECE,
    affected,
    amount,
    bill,
    change,
    cost,
    equipment,
    item,
    lot_conversion,
    routing,
)

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
LOT = replace(PIECE, basis=Basis.LOT, tolerance="0.1")


@pytest.mark.parametrize(
    ("make", "code", "field"),
    [
        (lambda: item(gtin="4006381333932"), "bad_gtin", "gtin"),
        (lambda: item(classes=("metal", "")), "bad_name", "classes[1]"),
        (lambda: item(net_weight=amount("1", "LTR")), "no_weight", "net_weight"),
        (lambda: item(net_weight=amount("0")), "no_weight", "net_weight"),
        (lambda: replace(PIECE, tolerance="0.1"), "exact_ratio", "tolerance"),
        (lambda: replace(LOT, tolerance="1"), "out_of_range", "tolerance"),
        (lambda: replace(LOT, tolerance="-1"), "not_a_decimal", "tolerance"),
        (
            lambda: item(conversions=(PIECE, Conversion("EA", "KGM", 1, 5, valid_from=JUNE))),
            "contradicting_ratio",
            "conversions[1]",
        ),
        (lambda: bill(valid_from=MAY, valid_to=MAY), "empty_span", "valid_to"),
        (lambda: routing(valid_from=JUNE, valid_to=MAY), "empty_span", "valid_to"),
        (
            lambda: BillLine(1, "steel", amount("1"), scrap_percent="100"),
            "out_of_range",
            "scrap_percent",
        ),
        (
            lambda: BillLine(1, "steel", amount("1"), substitutes=("iron", "steel")),
            "bad_substitute",
            "substitutes[1]",
        ),
        (
            lambda: bill(lines=(BillLine(1, "steel", amount("1"), substitutes=("widget",)),)),
            "circular_bill",
            "lines[0].component_item_no",
        ),
        (lambda: Operation(10, setup=amount("1")), "no_time", "setup"),
        (lambda: Operation(10, run_per_unit=amount("-1", "SEC")), "no_time", "run_per_unit"),
        (lambda: Operation(10, milestone=True), "bad_control_key", "confirmed"),
        (lambda: Operation(10, auto_receipt=True), "bad_control_key", "confirmed"),
        (
            lambda: routing(operations=(Operation(10), Operation(20, depends_on=20))),
            "unknown_operation",
            "operations[1].depends_on",
        ),
        (lambda: equipment(oee_target="1.01"), "out_of_range", "oee_target"),
        (lambda: equipment(ideal_cycle=amount("1")), "no_time", "ideal_cycle"),
        (lambda: Location("lyon", "", "", LocationType.STORAGE), "bad_name", "storage_location"),
        (lambda: Location("lyon", "A", " ", LocationType.STORAGE), "bad_name", "bin"),
        (
            lambda: Location("lyon", "A", "", LocationType.STORAGE, gln="4012345000008"),
            "bad_gln",
            "gln",
        ),
        (
            lambda: Location("lyon", "A", "", LocationType.STORAGE, gln="96385074"),
            "bad_gln",
            "gln",
        ),
        (lambda: Party("mill", PartyRole.SUPPLIER, duns="12-34"), "bad_duns", "duns"),
        (lambda: Party("mill", PartyRole.SUPPLIER, bpn="BPNX0000000000ZZ"), "bad_bpn", "bpn"),
        (lambda: Party("mill", PartyRole.SUPPLIER, scopes=("ly/on",)), "bad_name", "scopes[0]"),
        (lambda: Reason("scrap", "a", Category.QUALITY, parent="a"), "circular_reason", "parent"),
        (lambda: lot_conversion(numerator=0), "not_positive", "numerator"),
        (lambda: cost(currency="eur"), "bad_currency", "currency"),
        (lambda: cost(amount=""), "not_a_decimal", "amount"),
        (lambda: cost(per=amount("0")), "not_positive", "per.value"),
        (
            lambda: change(effective_from=MAY, effective_lot="L-1"),
            "ambiguous_effectivity",
            "effective_from",
        ),
        (
            lambda: change(affected=(affected(), affected("B", "C"))),
            "bad_affected_item",
            "affected[1].to_revision",
        ),
        (
            lambda: change(affected=(affected("A", "A"),)),
            "bad_affected_item",
            "affected[0].to_revision",
        ),
        (lambda: change(plant="*"), "bad_name", "plant"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    make: Callable[[], Any], code: str, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        make()
    assert (refused.value.code, refused.value.field) == (code, field)


def test_what_checks_is_taken() -> None:
    known = item(gtin="4006381333931", classes=("metal",), net_weight=amount("250", "GRM"))
    assert known.gtin
    assert Location("lyon", "A", "01", LocationType.STORAGE, gln="4012345000009").key[2] == "01"
    assert Party(
        "mill", PartyRole.SUPPLIER, gln="4012345000009", duns="123456789", bpn="BPNL00000007OR16"
    ).gln
    assert (read_figure("2.50", "x"), read_figure("", "x")) == ("2.5", "")
    assert equipment(oee_target="1", ideal_cycle=amount("2", "SEC")).oee_target == "1"
    assert change().key == ("eco-1",)


def test_a_span_ends_before_its_last_day() -> None:
    may = Span(MAY, JUNE)
    assert may.covers(MAY)
    assert not may.covers(JUNE)
    assert Span().covers(MAY)
    assert not may.meets(Span(JUNE))
    assert not Span(JUNE).meets(may)
    assert may.meets(Span(date(2026, 5, 31)))
    assert str(Span(MAY)) == "2026-05-01 to no end"


def test_one_revision_applies_on_a_day() -> None:
    old, new = bill(valid_to=JUNE), bill(revision="B", valid_from=JUNE)
    other = bill(alternative="2")
    assert [applying([new, old, other], "1", day) for day in (MAY, JUNE)] == [old, new]
    assert applying([other, new], "", MAY) == other
    assert applying([other, new], "", JUNE) == new
    assert applying([new], "1", MAY) is None
    check_alone(new, [old, new])
    with pytest.raises(InvalidError) as refused:
        check_alone(bill(revision="C", valid_from=MAY), [old])
    assert (refused.value.code, refused.value.field) == ("overlapping_effectivity", "valid_from")
    assert "2026-06-01" in refused.value.hint
    with pytest.raises(InvalidError, match=r"\(none\)"):
        check_alone(new, [bill(revision="")])


def test_a_conversion_holds_until_the_next_of_its_pair() -> None:
    lighter = replace(PIECE, denominator=5, valid_from=JUNE)
    known = item(conversions=(PIECE, lighter, Conversion("XBX", "H87", 12, 1, valid_from=JULY)))
    piece, box = Quantity.parse("10", "H87"), Quantity.parse("1", "XBX")
    assert str(known.measures_on(MAY).convert(piece)) == "2.5 KGM"
    assert str(known.measures_on(JUNE).convert(piece)) == "2 KGM"
    assert str(known.measures.convert(box)) == "2.4 KGM"
    with pytest.raises(InvalidError):
        known.measures_on(JUNE).convert(box)


def test_a_lot_differs_by_what_its_item_allows() -> None:
    by_lot = item(conversions=(LOT,))
    lot_conversion().check(by_lot)
    with pytest.raises(InvalidError) as refused:
        lot_conversion(numerator=3).check(by_lot)
    assert (refused.value.code, refused.value.field) == ("out_of_tolerance", "numerator")
    with pytest.raises(InvalidError) as refused:
        lot_conversion().check(item())
    assert (refused.value.code, refused.value.field) == ("not_by_lot", "from")


def test_the_measures_of_a_lot_agree_with_each_other_and_with_what_is_exact() -> None:
    box = Conversion("XBX", "KGM", 3, 1, Basis.LOT, tolerance="0.5")
    by_lot = item(conversions=(LOT, box, Conversion("XBX", "H87", 12, 1)))
    # A dozen pieces of 260 g are 3.12 kg: a box of another weight needs another piece.
    agreeing = replace(lot_conversion(), source="XBX", numerator=312)
    lot_conversion().check(by_lot, [agreeing])
    other = replace(agreeing, numerator=300)
    with pytest.raises(InvalidError) as refused:
        lot_conversion().check(by_lot, [other])
    assert (refused.value.code, refused.value.field) == ("contradicting_ratio", "numerator")
    lot_conversion().check(by_lot, [replace(other, retired=True)])
    lot_conversion(retired=True).check(by_lot, [other])
    lot_conversion(retired=True, numerator=3).check(item())


def test_the_revision_follows_the_changes_in_force() -> None:
    released = {"state": ChangeState.RELEASED}
    first = change(effective_from=MAY, **released)
    second = change(eco_no="eco-2", effective_from=JULY, affected=(affected("B", "C"),), **released)
    others = [
        change(eco_no="eco-3", effective_from=MAY, affected=(affected("B", "X"),)),
        change(eco_no="eco-4", affected=(affected("B", "Y"),), **released),
        replace(second, eco_no="eco-5", plant="nice", effective_from=MAY),
        change(
            eco_no="eco-6",
            effective_from=MAY,
            affected=(replace(affected("A", "Z"), item_no="steel"),),
            **released,
        ),
    ]
    known = item(revision="A0")
    found = [
        revision_on(known, [second, first, *others], "lyon", day)
        for day in (date(2026, 4, 30), MAY, JUNE, JULY)
    ]
    assert found == ["A", "B", "B", "C"]
    assert revision_on(known, others, "lyon", JULY) == "A0"


def test_commands_move_states_and_a_put_does_not() -> None:
    with pytest.raises(ConflictError) as refused:
        item(lifecycle=Lifecycle.DRAFT).settled(item())
    assert (refused.value.code, refused.value.field) == ("wrong_state", "lifecycle")
    assert item(lifecycle=None).settled(item()).lifecycle is Lifecycle.EFFECTIVE
    assert item(lifecycle=None).settled(None).lifecycle is Lifecycle.EFFECTIVE
    draft = change().settled(None)
    assert draft.state is ChangeState.DRAFT
    assert change(title="new").settled(draft).title == "new"
    released = replace(draft, state=ChangeState.RELEASED, version=4)
    assert change().settled(released).state is ChangeState.RELEASED
    with pytest.raises(ConflictError) as refused:
        change(title="new").settled(released)
    assert (refused.value.code, refused.value.field) == ("wrong_state", "state")
