"""Whatever the adapter posts is in Tryton's own general ledger as it is in our journal."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

import pytest

from services.erp.application.book_movements import book_movements
from services.erp.domain.booking import Role
from services.erp.domain.goods import GoodsMovement
from services.erp.domain.posting import Kind
from services.erp.ports import ErpSystem
from tests.contract.erp_system.stage import ORDER, line, made, posting
from tests.contract.tryton.stage import COST, TrytonStage, book
from tests.unit.erp.money.memory import CLOCK, Memory, cost, goods, item, take_back

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]

HALF_A_CENT = Decimal("0.005")
Balances = Mapping[tuple[str, str], Decimal]
"""By item and what the account is for: "stock", or what stands against it."""


async def test_every_posting_is_in_both_ledgers(erp: ErpSystem, stage: TrytonStage) -> None:
    """They differ by what Tryton rounds document by document; we carry it to the next.

    What was found before the story Tryton books against a change of stock, we against invoices that
    are to come. Scrap that never was in stock is booked in neither.
    """
    await stage.deliver("R-1", "500")
    used = line(stage.used, "150.123", stage.unit, "R-1")
    await book(erp, posting(stage, "used", Kind.CONSUMPTION, used))
    await book(erp, made(stage, "part-1", "80.001"))
    waste = line(stage.made, "2.5", stage.unit, "")
    await book(erp, posting(stage, "waste", Kind.SCRAP, waste))
    second = await book(erp, made(stage, "part-2", "11.333"))
    back = line(stage.used, "1.125", stage.unit, "R-1")
    await book(erp, posting(stage, "back", Kind.RETURN, back))
    await erp.cancel(posting(stage, "part-2/undo", Kind.REVERSAL), second.document)
    await book(erp, posting(stage, "close", Kind.CLOSE))

    part = goods("receipt_production", "part-2", "11.333", item_no="widget")
    ours = await journal(
        goods("receipt_purchase", "R-1", "500"),
        goods("issue_to_order", "used", "150.123"),
        goods("receipt_production", "part-1", "80.001", item_no="widget"),
        part,
        goods("return_from_order", "back", "1.125"),
        take_back(part, "part-2/undo"),
    )
    theirs, documents = await general_ledger(stage)
    assert ours.keys() == theirs.keys()
    assert documents == 6
    for key, amount in ours.items():
        assert abs(amount - theirs[key]) <= documents * HALF_A_CENT, key
    assert theirs["steel", "stock"] == Decimal("1234.48")
    assert sum(theirs.values()) == 0


async def journal(*movements: GoodsMovement) -> Balances:
    """Of the same goods, as erp books them."""
    books = Memory({("lyon", name): item(name, cost(COST)) for name in ("steel", "widget")})
    await book_movements(books.accounts, movements, CLOCK)
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in books.entries.values():
        item_no = next(one.item_no for one in entry.lines if one.item_no)
        for one in entry.lines:
            if one.role is not Role.ROUNDING:
                what = "received" if one.role is Role.GRIR else str(one.role)
                found[item_no, what] += Decimal(one.amount.text)
    return found


async def general_ledger(stage: TrytonStage) -> tuple[Balances, int]:
    """The same of Tryton, and how many documents that is."""
    names = {stage.used: "steel", stage.made: "widget"}
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    lines = (await stage.read("ledger"))["ledger"]
    for one in lines:
        assert one["posted"]
        assert one["order"] in (ORDER, "")
        what = "stock" if one["on_stock"] else "wip" if one["order"] else "received"
        found[names[one["product"]], what] += Decimal(one["amount"])
    return found, len(lines) // 2
