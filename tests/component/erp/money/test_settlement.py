"""A closed order has no WIP, whatever comes late."""

from services.erp.application.settle_orders import settle_orders
from services.erp.domain import keys
from services.erp.domain.order import Lifecycle, News, Status
from services.erp.domain.posting import Kind, Line
from services.erp.store import sql_books
from services.erp.store.finance import sql_accounts
from services.kit.store import Store
from tests.component.erp.money.books import BOOKED, CLOCK, STORY, Warehouse, ask, balances, moved
from tests.unit.erp.memory import kg, order, posting

ORDER = keys.OrderKey("lyon", "4711")


async def close_order(store: Store, lifecycle: Lifecycle = Lifecycle.CLOSED) -> None:
    """As its ERP says."""
    async with store.work():
        await sql_books().orders.put(order(status=Status(lifecycle)), News.CHANGED)


async def settle(store: Store) -> None:
    async with store.work():
        await settle_orders(sql_accounts(), {ORDER}, CLOCK)


async def test_a_closed_order_has_no_wip_and_settles_again_what_comes_late(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(*STORY)
    await warehouse.booked(6)
    await settle(store)
    assert (await balances(store))["A-wip"] == BOOKED["A-wip"], "it is open"
    floors = posting("s-1", kind=Kind.SCRAP, lines=(Line("widget", kg("2")),))
    of_stock = posting("s-2", kind=Kind.SCRAP, lines=(Line("widget", kg("3"), "L-7"),))
    async with store.work():
        for scrap in (floors, of_stock):
            await sql_books().postings.accept("erp-1", scrap)
    await close_order(store)
    await settle(store)
    await settle(store)
    now = await balances(store)
    assert "A-wip" not in now
    assert (now["A-scrap_variance"], now["A-usage_variance"]) == (1000, 3516)
    await warehouse.tell(moved("ISSUE_TO_ORDER", "late", "1"))
    await warehouse.booked(7)
    now = await balances(store)
    assert "A-wip" not in now
    assert (now["A-scrap_variance"], now["A-usage_variance"]) == (1000, 3716)
    rows = await ask(store, "SELECT reference FROM journal_entry WHERE kind = 'settlement'")
    assert rows == [("4711/1",), ("4711/2",)]
