"""What a movement may say, by its type."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.wms.domain.movement import choose_status
from services.wms.domain.place import Status
from services.wms.domain.rules import RULES, MovementType
from services.wms.domain.target import Target
from services.wms.domain.trade import Destination, Origin
from tests.unit.wms.moves import (
    BLOCKED,
    BOX,
    CRATE,
    FREE,
    QUALITY,
    elsewhere,
    move,
    receive,
    take_back,
    transfer,
)

T = MovementType
OSLO = Target(plant="oslo")
BAD: list[tuple[MovementType, str, dict[str, Any], str, str]] = [
    (T.RECEIPT_PURCHASE, "0", {}, "not_positive", "quantity.value"),
    (T.RECEIPT_PURCHASE, "-1", {}, "not_positive", "quantity.value"),
    (T.COUNT_ADJUST, "0", {}, "not_positive", "quantity.value"),
    (T.ISSUE_TO_ORDER, "1", {"status": QUALITY}, "wrong_status", "stock.status"),
    (T.RECEIPT_PRODUCTION, "1", {"status": BLOCKED}, "wrong_status", "stock.status"),
    (T.RELABEL, "1", {"status": Status.IN_TRANSIT}, "wrong_status", "stock.status"),
    (T.SCRAP, "1", {"reason": " "}, "reason_required", "reason"),
    (T.RELEASE_GR_BLOCKED, "1", {}, "status_required", "to.status"),
    (T.RELEASE_GR_BLOCKED, "1", {"to": Target(status=Status.RETURNS)}, "wrong_status", "to.status"),
    (T.SCRAP, "1", {"to": Target(status=FREE)}, "wrong_status", "to.status"),
    (T.TRANSFER_PLANT, "1", {}, "target_required", "to.plant"),
    (T.TRANSFER_PLANT, "1", {"to": Target(plant="lyon")}, "same_location", "to_location"),
    (T.TRANSFER_PLANT_OUT, "1", {"to": OSLO, "to_location": "A"}, "bad_location", "to_location"),
    (T.SCRAP, "1", {"to": Target(plant="oslo")}, "bad_target", "to.plant"),
    (T.SCRAP, "1", {"to": Target(item_no="SALT")}, "bad_target", "to.item_no"),
    (T.SCRAP, "1", {"to": Target(lot_no="F2")}, "bad_target", "to.lot_no"),
    (T.RELABEL, "1", {"to": Target(lot_no="F1")}, "same_place", "to"),
    (T.TAKE_OVER, "1", {}, "nothing_to_change", "stock.owner"),
    (T.UNPACK, "1", {}, "nothing_to_change", "stock.handling_unit"),
    (T.PACK, "1", {}, "target_required", "to.handling_unit"),
    (T.PACK, "1", {"hu": BOX, "to": Target(hu=CRATE)}, "packed", "stock.handling_unit"),
    (T.PACK, "1", {"to": Target(hu=BOX[:-1] + "8")}, "bad_sscc", "to.handling_unit"),
    (T.SCRAP, "1", {"hu": "12"}, "bad_sscc", "stock.handling_unit"),
    (T.RELEASE_FROM_QUALITY, "1", {"status": FREE}, "wrong_status", "stock.status"),
    (T.ISSUE_TO_ORDER, "1", {"destination": Destination("80001")}, "bad_trade", "shipped_to"),
    (T.ISSUE_TO_DELIVERY, "1", {"origin": Origin("MILL")}, "bad_trade", "received_from"),
    (T.ISSUE_TO_ORDER, "1", {"order_no": ""}, "order_required", "order_no"),
    (T.BLOCK, "1", {"to_location": "A"}, "bad_location", "to_location"),
    (T.TRANSFER_LOCATION, "1", {}, "same_location", "to_location"),
    (T.TRANSFER_LOCATION, "1", {"location": "A", "to_location": "A"}, "same_location",
     "to_location"),
    (T.REVERSAL, "1", {}, "bad_reversal", "reverses"),
    (T.BLOCK, "1", {"reverses": "b0"}, "bad_reversal", "reverses"),
]  # fmt: skip


@pytest.mark.parametrize(("type", "amount", "changes", "code", "field"), BAD)
def test_what_contradicts_the_type_is_refused(
    type: MovementType, amount: str, changes: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        move("m1", type, amount, **changes)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_the_only_status_may_stay_unsaid() -> None:
    assert choose_status(T.ISSUE_TO_ORDER, None) is FREE
    assert choose_status(T.RECEIPT_PURCHASE, QUALITY) is QUALITY
    with pytest.raises(InvalidError, match="which stock") as caught:
        choose_status(T.RECEIPT_PURCHASE, None)
    assert caught.value.field == "stock.status"
    assert caught.value.hint == "one of unrestricted, quality, blocked"


def test_every_type_has_a_rule_that_makes_sense() -> None:
    assert set(RULES) == set(MovementType)
    for type, rule in RULES.items():
        assert rule.status, type
        assert not (rule.adds and rule.two_sided), type
        assert not set(rule.into) & set(rule.status), type
        assert not (rule.promised and rule.adds), type


@given(
    st.sampled_from([one for one in MovementType if one is not T.REVERSAL]),
    st.decimals("0.001", "1000", places=3),
)
def test_a_movement_of_two_sides_keeps_the_sum_and_a_reversal_undoes_every_leg(
    type: MovementType, amount: Decimal
) -> None:
    effect = move("m1", type, str(amount), **elsewhere(type)).effect
    legs = dict(effect.legs())
    if len(legs) == 2:
        assert sum(change.value for change in legs.values()) == 0
    back = dict(effect.inverted().legs())
    assert back.keys() == legs.keys()
    assert all(back[place] + legs[place] == Quantity.zero("KGM") for place in legs)


def test_a_reversal_repeats_where_it_was() -> None:
    back = take_back("b1", transfer("t1"))
    assert back.original == transfer("t1").reference
    assert back.to_location == "A-01"
    assert receive("r1").original is None


def test_a_customer_is_told_or_withheld_and_never_both() -> None:
    acme = Destination("80001", "ACME", "S-1")
    assert acme.told(customer=True) == acme
    assert acme.told(customer=False) == Destination("80001", "", "S-1", withheld=True)
    assert Destination().told(customer=False) == Destination()
