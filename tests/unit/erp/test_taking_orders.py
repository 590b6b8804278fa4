"""An order as its ERP tells it: mapped to our codes, or refused by the field."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.erp.application.take_order import take_order
from services.erp.domain.codes import Code
from services.erp.domain.document import ComponentDocument, OperationDocument
from services.erp.domain.order import Confirmed, Control, Lifecycle, News, Status
from services.kit.errors import (
    InvalidError,
)
from tests.unit.erp.memory import (
    CODES,
    NOON,
    ORDER,
    Shelf,
    document,
    kg,
)


async def test_an_order_is_stored_in_canonical_codes_and_told() -> None:
    shelf = Shelf()
    await take_order(shelf.books, "erp-1", document())
    stored = shelf.orders.orders[ORDER]
    assert stored.status == Status(Lifecycle.RELEASED, Confirmed.PARTIAL)
    assert (stored.quantity, stored.components[0].quantity) == (kg("100"), kg("120.5"))
    assert stored.operations[0].work_center == "lyon/press-1"
    await take_order(shelf.books, "erp-1", document())
    later = document(statuses=("REL", "TECO"), as_of=NOON + timedelta(hours=1))
    await take_order(shelf.books, "erp-1", later)
    assert shelf.orders.orders[ORDER].status.technically_complete
    assert shelf.orders.told == [("lyon/4711", News.RELEASED), ("lyon/4711", News.CHANGED)]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"unit": "KAR"}, "unmapped_code", "quantity.unit"),
        ({"amount": "many"}, "not_a_decimal", "quantity.value"),
        ({"amount": "0"}, "not_positive", "quantity.value"),
        ({"statuses": ("REL", "XYZ")}, "unmapped_code", "statuses[1]"),
        (
            {"components": (ComponentDocument(10, "steel", "1", "KAR"),)},
            "unmapped_code",
            "components[0].quantity.unit",
        ),
        (
            {"operations": (OperationDocument(10, "pressing", "W9"),)},
            "unmapped_code",
            "operations[0].work_center",
        ),
    ],
)
async def test_what_cannot_be_read_is_refused(
    change: dict[str, Any], code: str, field: str
) -> None:
    shelf = Shelf()
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", document(**change))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not shelf.orders.orders


async def test_what_is_reported_and_what_follows_from_it_is_the_erp_s_to_say() -> None:
    pressing = OperationDocument(10, "pressing", "W1", "PP01")
    steel = ComponentDocument(10, "steel", "120.5", "KG", True, 10, "S-1")
    told = document(operations=(pressing,), components=(steel,))
    shelf = Shelf()
    await take_order(shelf.books, "erp-1", told)
    stored = shelf.orders.orders[ORDER]
    # Nobody has mapped any control key of this ERP, so none is used.
    assert stored.operations[0].control is Control.NONE
    assert (stored.components[0].backflush, stored.components[0].operation) == (True, 10)
    assert stored.components[0].lot_no == "S-1"
    shelf.master.codes = (*CODES, Code("control_key", "PP01", "milestone"))
    await take_order(shelf.books, "erp-1", replace(told, as_of=NOON + timedelta(hours=1)))
    assert shelf.orders.orders[ORDER].operations[0].control is Control.MILESTONE
    other = replace(pressing, control_key="PP99")
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", document(operations=(other,), components=(steel,)))
    assert (refused.value.code, refused.value.field) == (
        "unmapped_code",
        "operations[0].control_key",
    )
    bare = replace(pressing, control_key="")
    await take_order(shelf.books, "erp-1", document(operations=(bare,)))
    shelf.master.codes = (*CODES, Code("control_key", "PP01", "sometimes"))
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", told)
    assert refused.value.code == "unknown_control_key"
    stray = document(components=(replace(steel, operation=20),))
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", stray)
    assert (refused.value.code, refused.value.field) == (
        "unknown_operation",
        "components[0].operation",
    )


async def test_a_status_is_mapped_to_one_of_ours() -> None:
    shelf = Shelf()
    shelf.master.codes = (replace(CODES[1], canonical="released"), *CODES[:1])
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", document())
    assert refused.value.code == "unknown_status"


async def test_an_erp_speaks_of_its_own_plants() -> None:
    shelf = Shelf()
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-2", document())
    assert refused.value.code == "foreign_plant"
