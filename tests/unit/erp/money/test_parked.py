"""What cannot be valued waits alone, and goes on by itself."""

from dataclasses import replace
from decimal import Decimal

import pytest

from services.erp.application.book_movements import book_movements
from services.erp.domain.booking import Role
from services.erp.domain.goods import Side, StockStatus
from services.kit.quantity import Quantity
from tests.unit.erp.money.memory import (
    CLOCK,
    STEEL,
    Memory,
    cost,
    goods,
    item,
    mapping,
    release,
    take_back,
)


@pytest.mark.parametrize(
    ("spoil", "code", "wants"),
    [
        ({"items": {STEEL: item("steel")}}, "missing_cost", "cost/lyon/steel"),
        ({"items": {}}, "unknown_item", "item/steel"),
        ({"zones": {}}, "unknown_plant", "plant/lyon"),
        ({"mappings": []}, "unmapped_account", "account/lyon/stock/paint/unrestricted"),
        (
            {"mappings": [mapping("stock", "1")]},
            "unmapped_account",
            "account/lyon/wip",
        ),
        (
            {"items": {STEEL: item("steel", replace(cost("2"), per=Quantity(Decimal(1), "H87")))}},
            "unit_mismatch",
            "item/lyon/steel",
        ),
    ],
)
async def test_what_cannot_be_valued_waits_alone_and_goes_on_by_itself(
    books: Memory, spoil: dict[str, object], code: str, wants: str
) -> None:
    good = {name: getattr(books, name) for name in spoil}
    for name, bad in spoil.items():
        setattr(books, name, bad)
    issue = goods("issue_to_order", "m-1")
    await book_movements(books.accounts, [issue, take_back(issue, "m-2")], CLOCK)
    await book_movements(books.accounts, [take_back(issue, "m-2")], CLOCK)
    [first, second] = books.parked.values()
    assert (first.code, first.wants) == (code, wants)
    assert (second.code, second.wants) == ("original_waits", "movement/lyon/m-1")
    assert not books.entries
    await release(books)
    assert len(books.parked) == 2, "nothing has changed"
    for name, whole in good.items():
        setattr(books, name, whole)
    await release(books)
    assert not books.parked
    assert books.balance(Role.WIP) == "0.00"
    assert len(books.entries) == 2


async def test_nothing_else_of_the_order_waits(books: Memory) -> None:
    books.items[STEEL] = item("steel")
    made = goods("receipt_production", "m-2", "1", item_no="widget")
    await book_movements(books.accounts, [goods("issue_to_order", "m-1"), made], CLOCK)
    assert books.balance(Role.WIP) == "-5.00"


async def test_a_type_of_a_newer_warehouse_waits(books: Memory) -> None:
    odd = replace(goods("scrap", "m-1"), type="teleport")
    await book_movements(books.accounts, [odd], CLOCK)
    assert [one.code for one in books.parked.values()] == ["unknown_movement_type"]


async def test_a_reversal_of_what_nobody_booked_waits(books: Memory) -> None:
    back = take_back(goods("scrap", "m-0"), "m-1")
    await book_movements(books.accounts, [back], CLOCK)
    assert [one.code for one in books.parked.values()] == ["unknown_original"]


async def test_two_currencies_are_never_one_entry(books: Memory) -> None:
    books.items["oslo", "steel"] = item("steel", cost("30", currency="NOK"), plant="oslo")
    there = Side("oslo", "steel", StockStatus.IN_TRANSIT)
    await book_movements(books.accounts, [goods("transfer_plant_out", "m-1", to=there)], CLOCK)
    assert [one.code for one in books.parked.values()] == ["currency_mismatch"]


async def test_rounding_without_an_account_waits(books: Memory) -> None:
    books.items[STEEL] = item("steel", cost("0.004"))
    books.mappings = [one for one in books.mappings if one.code != "rounding"]
    two = [goods("receipt_purchase", f"m-{n}", "1") for n in range(2)]
    await book_movements(books.accounts, two, CLOCK)
    assert [one.wants for one in books.parked.values()] == ["account/lyon/rounding"]
    assert len(books.entries) == 1
    assert next(iter(books.values.values())).quantity == 1
