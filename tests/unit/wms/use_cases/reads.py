"""What is asked of stock: batches, pages, snapshots."""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace

from services.kit.paging import Page
from services.wms.application.read_stock import (
    list_balances,
    list_movements,
    listing_of_balances,
    listing_of_movements,
    read_state,
    stock_of_items,
    stock_of_orders,
)
from services.wms.domain.keys import ItemKey, LotKey
from tests.unit.wms.moves import (
    FREE,
    LYON,
    issue,
    order_key,
    produce,
    receive,
    transfer,
)
from tests.unit.wms.use_cases.steps import Warehouse, carry


class ReadsContract:
    """Batches and pages."""

    async def test_orders_have_what_is_left_of_their_lots(self, warehouse: Warehouse) -> None:
        await carry(
            warehouse,
            receive("r1"),
            produce("p2", name="BREAD/B2"),
            produce("p1", status=FREE),
            produce("p3", name="ROLL/", order_no="4711"),
            produce("p4", name="BREAD/B4", order_no="4712"),
            issue("i1", "10", "BREAD/B1"),
        )
        async with warehouse.work() as books:
            found = await stock_of_orders(
                books, [order_key("none"), order_key(), order_key("4712")]
            )
            assert await stock_of_orders(books, []) == {}
            bread = ItemKey(LYON, "BREAD")
            items = await stock_of_items(books, [bread, ItemKey(LYON, "NO")])
        assert [one.place.lot.lot_no for one in items.pop(bread)] == ["B2", "B4"]
        assert list(items.values()) == [[]]
        words = [[str(one.place) for one in balances] for balances in found.values()]
        assert words == [[], ["BREAD lot B2, quality"], ["BREAD lot B4, quality"]]

    async def test_lists_come_in_pages(self, warehouse: Warehouse) -> None:
        await carry(
            warehouse,
            *(receive(f"r{n}", name=f"FLOUR/F{n}") for n in range(5)),
            receive("s1", name="SALT/"),
            issue("gone", name="FLOUR/F0"),
            receive("o1", plant="oslo"),
        )
        async with warehouse.work() as books:

            async def places(item_no: str, cursor: str = "") -> list[str]:
                page = Page.read(listing_of_balances(LYON, item_no), 3, cursor)
                cut = await list_balances(books, LYON, item_no, page)
                more = await places(item_no, cut.end_cursor) if cut.has_more else []
                return [one.place.lot.lot_no for one in cut.rows] + more

            async def references(cursor: str = "") -> list[str]:
                page = Page.read(listing_of_movements(LYON), 3, cursor)
                cut = await list_movements(books, LYON, page)
                more = await references(cut.end_cursor) if cut.has_more else []
                return [one.movement.reference.text for one in cut.rows] + more

            assert await places("") == ["F1", "F2", "F3", "F4", ""]
            assert await places("SALT") == [""]
            assert await references() == ["r0", "r1", "r2", "r3", "r4", "s1", "gone"]

    async def test_a_snapshot_holds_what_is_not_empty(self, warehouse: Warehouse) -> None:
        await carry(
            warehouse,
            *(receive(f"r{n}", name=f"FLOUR/F{n}") for n in range(5)),
            issue("gone", name="FLOUR/F0"),
        )

        def wanted(lot: LotKey) -> bool:
            return lot.lot_no not in ("F1", "F2")

        async with warehouse.work() as books:
            parts = [part async for part in read_state(books, wanted)]
        assert all(parts)
        assert [one.place.lot.lot_no for part in parts for one in part] == ["F3", "F4"]

    async def test_a_recorded_movement_reads_as_it_was_written(self, warehouse: Warehouse) -> None:
        one = replace(transfer("t1", "0.5"), order_no="4711", reason="too hot")
        await carry(warehouse, receive("r1"), one)
        async with warehouse.work() as books:
            assert await books.movements.find([one.reference]) == {one.reference: one}
