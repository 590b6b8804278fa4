"""Movements become entries: what each type books, what waits, reversals, settlements."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.erp.application.book_movements import book_movements
from services.erp.application.release_parked import release_parked
from services.erp.application.settle_orders import settle_orders
from services.erp.domain.booking import Role
from services.erp.domain.entry import EntryKind
from services.erp.domain.goods import Side, StockStatus
from services.erp.domain.settlement import OrderValue, Scrapped
from services.kit.clock import Instant
from services.kit.quantity import Quantity
from tests.unit.erp.money_memory import (
    CLOCK,
    LATER,
    ORDER,
    Memory,
    cost,
    goods,
    item,
    mapping,
    take_back,
)

STEEL, WIDGET = ("lyon", "steel"), ("lyon", "widget")
FREE, BLOCKED = StockStatus.UNRESTRICTED, StockStatus.BLOCKED
GR, RETURNS, TRANSIT = StockStatus.GR_BLOCKED, StockStatus.RETURNS, StockStatus.IN_TRANSIT


@pytest.fixture
def books() -> Memory:
    """Steel costs 2 a kilogram, a widget 5; Oslo pays 3 for steel."""
    return Memory(
        {
            STEEL: item("steel", cost("2")),
            WIDGET: item("widget", cost("5")),
            ("oslo", "steel"): item("steel", cost("3"), plant="oslo"),
            ("lyon", "iron"): item("iron", cost("1.5")),
        },
        zones={"lyon": "Europe/Paris", "oslo": "Europe/Oslo"},
    )


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
    await _release(books)
    assert len(books.parked) == 2, "nothing has changed"
    for name, whole in good.items():
        setattr(books, name, whole)
    await _release(books)
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
    there = Side("oslo", "steel", TRANSIT)
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


async def test_a_closed_order_settles_what_is_left_by_its_causes(books: Memory) -> None:
    books.items[STEEL] = item("steel", cost("2.004"))
    await book_movements(
        books.accounts,
        [
            goods("issue_to_order", "m-1", "11"),
            goods("receipt_production", "m-2", "3", item_no="widget"),
        ],
        CLOCK,
    )
    assert books.balance(Role.WIP) == "7.04"
    books.scrap[ORDER] = [
        Scrapped("widget", Quantity(Decimal(1), "KGM")),
        Scrapped("unknown", Quantity(Decimal(1), "KGM")),
    ]
    await settle_orders(books.accounts, [ORDER], CLOCK)
    assert books.balance(Role.WIP) == "7.04", "it is not closed"
    books.ended.add(ORDER)
    await settle_orders(books.accounts, [ORDER], CLOCK)
    assert books.balance(Role.WIP) == "0.00"
    assert books.balance(Role.SCRAP_VARIANCE) == "5.00"
    assert books.balance(Role.USAGE_VARIANCE) == "2.04"
    await settle_orders(books.accounts, [ORDER], CLOCK)
    assert len(books.entries) == 3, "nothing is left to settle"
    late = goods("issue_to_order", "m-3", "1", occurred_at=Instant(LATER))
    await book_movements(books.accounts, [late], CLOCK)
    assert books.balance(Role.WIP) == "0.00"
    assert books.balance(Role.USAGE_VARIANCE) == "4.05", "4.048, rounded with what was before"
    assert sorted(one.key.reference for one in books.entries.values()) == [
        "4711/1", "4711/2", "m-1", "m-2", "m-3",
    ]  # fmt: skip
    value = (await books.orders([ORDER]))[ORDER]
    assert (value.text(Role.WIP), value.currency, value.settlements) == ("0.00", "EUR", 2)


async def test_settlement_waits_for_its_accounts_and_is_settled_when_they_come(
    books: Memory,
) -> None:
    whole = books.mappings
    books.mappings = [one for one in whole if one.code != "usage_variance"]
    books.ended.add(ORDER)
    await book_movements(books.accounts, [goods("issue_to_order", "m-1")], CLOCK)
    assert [(one.kind, one.wants) for one in books.parked.values()] == [
        ("settlement", "account/lyon/usage_variance")
    ]
    await settle_orders(books.accounts, [ORDER], CLOCK)
    await _release(books)
    assert books.balance(Role.WIP) == "20.00"
    assert len(books.parked) == 1
    books.mappings = whole
    await _release(books)
    assert not books.parked
    assert books.balance(Role.WIP) == "0.00"
    assert sum(one.key.kind is EntryKind.SETTLEMENT for one in books.entries.values()) == 1


def test_an_order_on_which_nothing_is_booked_has_no_currency() -> None:
    assert OrderValue().currency == ""


async def test_the_business_date_is_the_plants(books: Memory) -> None:
    books.items[STEEL] = item("steel", cost("2"), cost("7", since=date(2026, 5, 5)))
    late = Instant(CLOCK.now() + timedelta(hours=10, minutes=30))
    await book_movements(
        books.accounts, [goods("receipt_purchase", "m-1", occurred_at=late)], CLOCK
    )
    assert books.balance(Role.STOCK) == "70.00", "half past midnight in Paris"


async def _release(books: Memory) -> None:
    after = 0
    while last := await release_parked(books.accounts, after, CLOCK):
        after = last
