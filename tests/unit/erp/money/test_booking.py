"""Movements become entries: what each type books, reversals, costs that change."""

from datetime import date, timedelta

import pytest

from services.erp.application.book_movements import book_movements
from services.erp.domain.booking import Role
from services.erp.domain.goods import Side, StockStatus
from services.kit.clock import Instant
from tests.unit.erp.money.memory import (
    CLOCK,
    LATER,
    STEEL,
    Memory,
    cost,
    goods,
    item,
    mapping,
    take_back,
)

FREE = StockStatus.UNRESTRICTED
GR, RETURNS, TRANSIT = StockStatus.GR_BLOCKED, StockStatus.RETURNS, StockStatus.IN_TRANSIT


@pytest.mark.parametrize(
    ("type", "status", "booked"),
    [
        ("receipt_purchase", FREE, {"stock": "20.00", "grir": "-20.00"}),
        ("receipt_gr_blocked", GR, {}),
        ("release_gr_blocked", GR, {"stock": "20.00", "grir": "-20.00"}),
        ("receipt_valuated", StockStatus.GR_BLOCKED_VALUATED, {"stock": "20.00", "grir": "-20.00"}),
        ("release_valuated", StockStatus.GR_BLOCKED_VALUATED, {}),
        ("issue_to_order", FREE, {"stock": "-20.00", "wip": "20.00"}),
        ("return_from_order", FREE, {"stock": "20.00", "wip": "-20.00"}),
        ("receipt_production", FREE, {"stock": "20.00", "wip": "-20.00"}),
        ("issue_to_delivery", FREE, {"stock": "-20.00", "cogs": "20.00"}),
        ("return_from_customer", RETURNS, {}),
        ("accept_return", RETURNS, {"stock": "20.00", "cogs": "-20.00"}),
        ("return_to_supplier", FREE, {"stock": "-20.00", "grir": "20.00"}),
        ("return_to_supplier", GR, {}),
        ("scrap", FREE, {"stock": "-20.00", "scrap": "20.00"}),
        ("count_adjust", FREE, {"stock": "20.00", "count_difference": "-20.00"}),
        ("opening_balance", FREE, {"stock": "20.00", "opening": "-20.00"}),
        ("block", FREE, {}),
        ("pack", FREE, {}),
    ],
)
async def test_what_a_type_books(
    books: Memory, type: str, status: StockStatus, booked: dict[str, str]
) -> None:
    to = Side("lyon", "steel", FREE) if type.startswith(("release", "accept")) else None
    await book_movements(books.accounts, [goods(type, "m-1", status=status, to=to)], CLOCK)
    assert {role.value: books.balance(role) for role in Role if books.balance(role) != "0.00"} == (
        booked
    )
    assert len(books.entries) == 1


async def test_consigned_goods_are_not_ours_until_they_are_taken_over(books: Memory) -> None:
    theirs = goods("receipt_purchase", "m-1", owner="sup-1")
    await book_movements(books.accounts, [theirs], CLOCK)
    assert books.balance(Role.STOCK) == "0.00"
    await book_movements(books.accounts, [goods("take_over", "m-2", owner="sup-1")], CLOCK)
    assert (books.balance(Role.STOCK), books.balance(Role.GRIR)) == ("20.00", "-20.00")


async def test_an_opening_that_was_too_high_is_corrected_by_the_difference(books: Memory) -> None:
    loads = [goods("opening_balance", "opening/1/1"), goods("opening_balance", "opening/1/2", "-4")]
    await book_movements(books.accounts, loads, CLOCK)
    assert (books.balance(Role.STOCK), books.balance(Role.OPENING)) == ("12.00", "-12.00")


async def test_a_status_with_an_account_of_its_own_moves_the_value(books: Memory) -> None:
    books.mappings.append(mapping("stock/RAW/blocked", "blocked"))
    await book_movements(
        books.accounts, [goods("receipt_purchase", "m-1"), goods("block", "m-2", "4")], CLOCK
    )
    assert [(x.account, x.amount.text) for x in books.lines()[2:]] == [
        ("100", "-8.00"),
        ("blocked", "8.00"),
    ]


async def test_between_plants_each_balances_and_other_costs_are_a_variance(books: Memory) -> None:
    there = Side("oslo", "steel", TRANSIT)
    await book_movements(books.accounts, [goods("transfer_plant_out", "m-1", to=there)], CLOCK)
    assert books.balance(Role.STOCK) == "-20.00"
    assert books.balance(Role.INTERPLANT) == "20.00"
    assert books.balance(Role.INTERPLANT, "oslo") == "-20.00"
    assert books.balance(Role.GOODS_IN_TRANSIT, "oslo") == "30.00"
    assert books.balance(Role.PRICE_VARIANCE, "oslo") == "-10.00"


async def test_a_relabelled_lot_of_another_item_leaves_the_difference(books: Memory) -> None:
    there = Side("lyon", "iron", FREE)
    await book_movements(books.accounts, [goods("relabel", "m-1", to=there)], CLOCK)
    assert books.balance(Role.STOCK) == "-5.00"
    assert books.balance(Role.PRICE_VARIANCE) == "5.00"


async def test_a_movement_told_twice_is_booked_once(books: Memory) -> None:
    once = goods("receipt_purchase", "m-1")
    for _ in range(2):
        assert await book_movements(books.accounts, [once], CLOCK) == {once.key}
    assert books.balance(Role.STOCK) == "20.00"


async def test_parts_that_round_to_nothing_add_up_on_stock(books: Memory) -> None:
    books.items[STEEL] = item("steel", cost("0.004"))
    for n in range(10):
        await book_movements(books.accounts, [goods("receipt_purchase", f"m-{n}", "1")], CLOCK)
    assert books.balance(Role.STOCK) == "0.04"
    assert (books.balance(Role.GRIR), books.balance(Role.ROUNDING)) == ("0.00", "-0.04")


async def test_a_reversal_is_the_exact_inverse_whatever_things_cost_by_then(books: Memory) -> None:
    books.items[STEEL] = item("steel", cost("2"), cost("7", since=LATER.date()))
    receipt = goods("receipt_purchase", "m-1")
    later = goods("receipt_purchase", "m-2", "1", occurred_at=Instant(LATER))
    await book_movements(books.accounts, [receipt, later], CLOCK)
    assert books.balance(Role.STOCK) == "77.00", "11 at the newest cost"
    assert books.balance(Role.PRICE_VARIANCE) == "-50.00"
    await book_movements(books.accounts, [take_back(receipt, "m-3", LATER)], CLOCK)
    entry = next(one for one in books.entries.values() if one.key.reference == "m-3")
    assert [line.amount.text for line in entry.lines] == ["-20.00", "20.00"]
    assert entry.reverses == "m-1"
    assert books.balance(Role.STOCK) == "7.00", "1 at the newest cost"
    assert books.balance(Role.PRICE_VARIANCE) == "0.00"


async def test_a_document_of_an_older_day_does_not_bring_the_old_cost_back(books: Memory) -> None:
    books.items[STEEL] = item("steel", cost("2"), cost("7", since=LATER.date()))
    later = goods("receipt_purchase", "m-1", "1", occurred_at=Instant(LATER))
    await book_movements(books.accounts, [later, goods("receipt_purchase", "m-2")], CLOCK)
    assert (books.balance(Role.STOCK), books.balance(Role.GRIR)) == ("77.00", "-27.00")


async def test_stock_whose_newest_cost_nobody_knows_any_more_stays_as_it_is(books: Memory) -> None:
    await book_movements(books.accounts, [receipt := goods("receipt_purchase", "m-1")], CLOCK)
    books.items = {}
    await book_movements(books.accounts, [take_back(receipt, "m-2")], CLOCK)
    assert books.balance(Role.STOCK) == "0.00"


async def test_the_business_date_is_the_plants(books: Memory) -> None:
    books.items[STEEL] = item("steel", cost("2"), cost("7", since=date(2026, 5, 5)))
    late = Instant(CLOCK.now() + timedelta(hours=10, minutes=30))
    await book_movements(
        books.accounts, [goods("receipt_purchase", "m-1", occurred_at=late)], CLOCK
    )
    assert books.balance(Role.STOCK) == "70.00", "half past midnight in Paris"
