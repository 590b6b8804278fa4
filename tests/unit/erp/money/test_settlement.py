"""A closed order keeps nothing in WIP: what is left becomes variance, by its causes."""

from decimal import Decimal

from services.erp.application.book_movements import book_movements
from services.erp.application.settle_orders import settle_orders
from services.erp.domain.booking import Role
from services.erp.domain.entry import EntryKind
from services.erp.domain.settlement import OrderValue, Scrapped
from services.kit.clock import Instant
from services.kit.quantity import Quantity
from tests.unit.erp.money.memory import (
    CLOCK,
    LATER,
    ORDER,
    STEEL,
    Memory,
    cost,
    goods,
    item,
    release,
)


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
    await release(books)
    assert books.balance(Role.WIP) == "20.00"
    assert len(books.parked) == 1
    books.mappings = whole
    await release(books)
    assert not books.parked
    assert books.balance(Role.WIP) == "0.00"
    assert sum(one.key.kind is EntryKind.SETTLEMENT for one in books.entries.values()) == 1


def test_an_order_on_which_nothing_is_booked_has_no_currency() -> None:
    assert OrderValue().currency == ""
