"""The rules of orders, postings, holds and codes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.erp.domain.codes import Code, CodeTable, Direction, if_approved
from services.erp.domain.hold import Block, Hold, held
from services.erp.domain.keys import LotKey, OrderKey
from services.erp.domain.order import Lifecycle, News, ProductionOrder, Status, tell
from services.erp.domain.posting import Kind, Line
from services.erp.domain.source import Source
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from tests.unit.erp.memory import LOT, NOON, ORDER, kg, order, posting

PLANNED = order(status=Status(Lifecycle.PLANNED))
LATER = NOON + timedelta(minutes=1)


def test_keys_read_what_they_write() -> None:
    assert OrderKey.parse("lyon/A/7") == OrderKey("lyon", "A/7")
    assert str(OrderKey("lyon", "A/7")) == "lyon/A/7"
    assert str(LOT) == "lyon/widget/L-7"


@pytest.mark.parametrize(
    ("text", "field"), [("/1", "plant"), ("lyon/", "order_no"), ("lyon", "order_no")]
)
def test_half_a_key_is_refused(text: str, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        OrderKey.parse(text)
    assert refused.value.field == field


def test_a_plant_with_a_slash_would_make_two_orders_alike() -> None:
    with pytest.raises(InvalidError):
        OrderKey("lyon/4711", "1")


@pytest.mark.parametrize(
    ("known", "new", "news"),
    [
        (None, order(), News.RELEASED),
        (None, PLANNED, News.CHANGED),
        (PLANNED, order(as_of=LATER), News.RELEASED),
        (order(), order(as_of=LATER, version="v2"), News.CHANGED),
        (order(), order(as_of=LATER, status=Status(Lifecycle.CLOSED)), News.CHANGED),
        (order(), order(), None),
        (order(as_of=LATER), order(version="v0"), None),
    ],
)
def test_what_is_new_about_an_order(
    known: ProductionOrder | None, new: ProductionOrder, news: News | None
) -> None:
    assert tell(known, new) is news


def test_an_order_belongs_to_one_erp() -> None:
    with pytest.raises(InvalidError, match="erp-1") as refused:
        tell(order(), order(system="erp-2"))
    assert refused.value.code == "order_of_another_system"


@pytest.mark.parametrize(
    ("change", "field"), [({"item_no": ""}, "item_no"), ({"quantity": kg("0")}, "quantity.value")]
)
def test_an_order_makes_something(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        order(**change)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"lines": ()}, "lines"),
        ({"kind": Kind.CLOSE}, "lines"),
        ({"reverses": "r-1"}, "reverses"),
        ({"kind": Kind.REVERSAL, "lines": ()}, "reverses"),
        ({"lines": (Line("", kg("1")),)}, "lines[0].item_no"),
        ({"lines": (Line("a", kg("1")), Line("b", kg("0")))}, "lines[1].quantity.value"),
        ({"lines": (Line("a", kg("-1")),)}, "lines[0].quantity.value"),
    ],
)
def test_a_posting_does_not_contradict_its_kind(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        posting(**change)
    assert refused.value.field == field


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(InvalidError) as refused:
        Line("a", Quantity(Decimal(1), "PCE"))
    assert refused.value.field == "unit"


def test_a_posting_names_the_lots_it_waits_for() -> None:
    both = posting(lines=(Line("widget", kg("1"), "L-7"), Line("water", kg("1"))))
    assert both.lots == {LOT}
    assert posting(kind=Kind.CLOSE, lines=()).lots == frozenset()
    assert posting(kind=Kind.REVERSAL, lines=(), reverses="r-1").order == ORDER


def test_a_newer_hold_wins() -> None:
    hold = Hold("H-1", LOT, active=True, version=2)
    assert hold.follows(None)
    assert not hold.follows(hold)
    assert not replace(hold, version=1).follows(hold)
    assert replace(hold, version=3).follows(hold)


def test_quality_s_own_word_replaces_what_was_passed_on_and_never_the_other_way() -> None:
    own = Hold("H-1", LOT, active=True, version=2, blocks=frozenset({Block.SHIP}))
    passed = Hold("H-1", LOT, active=True, version=2)
    assert own.follows(passed)
    assert not passed.follows(own, inherited=True)
    assert replace(passed, version=3).follows(own, inherited=True)
    assert passed.follows(None, inherited=True)


@pytest.mark.parametrize("block", Block)
def test_of_what_a_hold_blocks_posting_alone_stops_the_lane(block: Block) -> None:
    hold = Hold("H-1", LOT, active=True, version=1, blocks=frozenset({block}))
    assert hold.stops is (block is Block.POSTING)
    assert bool(held([hold])) is (block is Block.POSTING)
    assert not replace(hold, active=False).stops


def test_a_lot_is_held_until_its_last_hold_is_lifted() -> None:
    other = LotKey("lyon", "widget", "L-8")
    holds = [
        Hold("H-2", LOT, active=True, version=1),
        Hold("H-1", LOT, active=True, version=1),
        Hold("H-3", other, active=False, version=2),
    ]
    assert held(holds) == {LOT: "held by H-1, H-2"}


LATER = NOON + timedelta(days=1)
CODES = CodeTable(
    "erp-1",
    "lyon",
    [
        Code("uom", "KG", "KGM"),
        Code("uom", "ST", "H87"),
        Code("uom", "PC", "H87"),
        Code("uom", "EA", "H87", plant="lyon", direction=Direction.OUT),
        Code("uom", "L", "LTR", direction=Direction.IN),
        Code("uom", "KAR", "XCT"),
        Code("uom", "CT", "XCT"),
        Code("uom", "KG", "TNE", plant="nice"),
        Code("uom", "OLD", "MTR", valid_to=NOON),
        Code("uom", "NEW", "MTR", valid_from=NOON),
        Code("uom", "KG", "GRM", version=2, is_draft=True, replaces=1),
        Code("uom", "NEW", "CMT", version=2, is_draft=True, valid_from=LATER, replaces=1),
    ],
    NOON,
)


@pytest.mark.parametrize(
    ("code", "canonical"), [("KG", "KGM"), ("PC", "H87"), ("L", "LTR"), ("NEW", "MTR")]
)
def test_codes_mean_something_here(code: str, canonical: str) -> None:
    assert CODES.resolve("uom", code, field="unit") == canonical


@pytest.mark.parametrize(("canonical", "code"), [("KGM", "KG"), ("H87", "EA"), ("MTR", "NEW")])
def test_a_plants_own_code_wins_on_the_way_out(canonical: str, code: str) -> None:
    assert CODES.express("uom", canonical, field="unit") == code


@pytest.mark.parametrize("code", ["kg", "EA", "", "OLD"])
def test_an_unmapped_code_is_never_guessed(code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        CODES.resolve("uom", code, field="quantity.unit")
    assert (refused.value.code, refused.value.field) == ("unmapped_code", "quantity.unit")


@pytest.mark.parametrize(
    ("canonical", "code"), [("LTR", "unmapped_code"), ("XCT", "ambiguous_code")]
)
def test_no_code_or_several_are_refused_on_the_way_out(canonical: str, code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        CODES.express("uom", canonical, field="unit")
    assert refused.value.code == code


def test_drafts_show_what_their_approval_would_make_of_the_codes() -> None:
    codes = [
        Code("uom", "KG", "KGM"),
        Code("uom", "KG", "GRM", version=2, is_draft=True, valid_from=LATER, replaces=1),
        Code("uom", "ST", "H87", version=1, is_draft=True),
    ]
    held = CodeTable("erp-1", "lyon", if_approved(codes), NOON)
    assert held.resolve("uom", "KG", field="unit") == "KGM"
    assert held.resolve("uom", "ST", field="unit") == "H87"
    later = CodeTable("erp-1", "lyon", if_approved(codes), LATER)
    assert later.resolve("uom", "KG", field="unit") == "GRM"


@pytest.mark.parametrize(
    ("enabled", "silent", "stale"),
    [(True, 59.0, False), (True, 61.0, True), (True, None, True), (False, None, False)],
)
def test_a_source_not_heard_within_its_interval_is_stale(
    enabled: bool, silent: float | None, stale: bool
) -> None:
    source = Source("erp-1", enabled, 60.0, NOON, NOON, NOON, NOON, "", silent, 0.0)
    assert source.stale is stale
