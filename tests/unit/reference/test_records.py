"""What a record refuses by itself, and the field it names."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import yaml

from services.kit.errors import InvalidError
from services.reference.domain.bill import BillLine
from services.reference.domain.code import OWNERS, CodeDomain, Direction
from services.reference.domain.code_mapping import EVER
from services.reference.domain.equipment import Level
from services.reference.domain.item import Conversion
from services.reference.domain.names import check_name
from services.reference.domain.party import Party, PartyRole
from services.reference.domain.plant import Plant
from services.reference.domain.routing import Operation
from tests.unit.reference.examples import (
    NOON,
    PIECE,
    amount,
    asked,
    bill,
    equipment,
    item,
    mapping,
    routing,
)
from tools.mesh.program import HERE

LINE = BillLine(10, "steel", amount("1"))


@pytest.mark.parametrize(
    ("make", "code", "field"),
    [
        (lambda: item(""), "bad_name", "item_no"),
        (lambda: item(" widget"), "bad_name", "item_no"),
        (lambda: item(base_unit="PCE"), "unknown_unit", "base_unit"),
        (
            lambda: item(conversions=(PIECE, Conversion("BX", "H87", 6, 1))),
            "unknown_unit",
            "conversions[1].from",
        ),
        (
            lambda: item(conversions=(Conversion("H87", "KG", 1, 4),)),
            "unknown_unit",
            "conversions[0].to",
        ),
        (
            lambda: item(conversions=(PIECE, Conversion("H87", "GRM", 251, 1))),
            "contradicting_ratio",
            "conversions[1]",
        ),
        (
            lambda: item(conversions=(PIECE, Conversion("LTR", "MTR", 1, 1))),
            "unconnected_units",
            "conversions[1]",
        ),
        (lambda: Conversion("H87", "KGM", 0, 1), "not_positive", "numerator"),
        (lambda: Conversion("H87", "KGM", 1, 0), "not_positive", "denominator"),
        (lambda: Plant("lyon", "Europe/Lyon"), "unknown_zone", "time_zone"),
        (lambda: Plant("ly/on", "Europe/Paris"), "bad_name", "plant"),
        (lambda: Plant("*", "Europe/Paris"), "bad_name", "plant"),
        (lambda: bill(base_quantity=amount("0")), "not_positive", "base_quantity.value"),
        (
            lambda: bill(lines=(BillLine(1, "steel", amount("-1")),)),
            "not_positive",
            "lines[0].quantity.value",
        ),
        (
            lambda: bill(lines=(BillLine(1, "widget", amount("1")),)),
            "circular_bill",
            "lines[0].component_item_no",
        ),
        (lambda: bill(lines=(LINE, LINE)), "duplicate_position", "lines[1].position"),
        (
            lambda: routing(operations=(Operation(1), Operation(1))),
            "duplicate_operation",
            "operations[1].sequence",
        ),
        (lambda: equipment("lyon//press"), "bad_name", "path"),
        (lambda: equipment("/press"), "bad_name", "path"),
        (lambda: equipment("lyon/hall", Level.SITE), "wrong_level", "level"),
        (lambda: equipment("lyon", Level.AREA), "wrong_level", "level"),
        (lambda: Party("", PartyRole.CARRIER), "bad_name", "party_id"),
        (lambda: mapping(canonical="KG"), "unknown_unit", "canonical"),
        (lambda: mapping(canonical=""), "bad_name", "canonical"),
        (lambda: mapping(system=""), "bad_name", "code.system"),
        (lambda: mapping(plant="ly/on"), "bad_name", "code.plant"),
        (lambda: mapping(code=""), "invalid", "code.code"),
        (lambda: mapping(valid_from=NOON, valid_to=EVER), "bad_interval", "valid_to"),
        (lambda: mapping("4006381333932", "nut", domain=CodeDomain.GTIN), "bad_gtin", "code.code"),
        (lambda: mapping("40063813339", "nut", domain=CodeDomain.GTIN), "bad_gtin", "code.code"),
        (lambda: asked(""), "invalid", "code"),
        (lambda: asked(plant="*"), "bad_name", "plant"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    make: Callable[[], Any], code: str, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        make()
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_name_may_hold_what_a_trade_writes() -> None:
    check_name("Écrou M8 / inox", "item_no")


def test_a_draft_holds_at_no_time() -> None:
    assert not mapping().holds(NOON)
    approved = replace(mapping(), steward="ann").approve("bob")
    assert approved.holds(NOON)


@pytest.mark.parametrize("gtin", ["4006381333931", "96385074", "036000291452", "10012345678902"])
def test_a_gtin_of_any_length_has_its_check_digit(gtin: str) -> None:
    assert mapping(gtin, "nut", domain=CodeDomain.GTIN, system="gs1").code == gtin


def test_a_mapping_answers_the_questions_of_its_direction() -> None:
    assert len(mapping().answers) == 2
    assert [key[0] for key in mapping(direction=Direction.IN).answers] == [Direction.IN]
    assert [key[0] for key in mapping(direction=Direction.OUT).answers] == [Direction.OUT]


def test_equipment_knows_what_stands_above() -> None:
    assert equipment().parent == ""
    assert equipment("lyon/hall/line", Level.PRODUCTION_LINE).parent == "lyon/hall"


def test_every_domain_of_codes_has_its_owner() -> None:
    owners = yaml.safe_load((HERE / "OWNERS.yaml").read_text())["code_maps"]
    assert owners == dict(OWNERS)
