"""What every book-keeping must do: run on memory in unit tests, on PostgreSQL in component tests.

A subclass gives the fixture `warehouse`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Protocol

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.kit.measures import Ratio
from services.kit.paging import Page
from services.wms.application.apply_holds import apply_holds
from services.wms.application.build_units import Order, build_units
from services.wms.application.move_stock import move_stock
from services.wms.application.read_stock import (
    list_balances,
    list_movements,
    listing_of_balances,
    listing_of_movements,
    read_state,
    stock_of_items,
    stock_of_lots,
    stock_of_orders,
)
from services.wms.domain.hold import Hold
from services.wms.domain.keys import ItemKey, LotKey
from services.wms.domain.movement import Movement
from services.wms.domain.rules import MovementType
from services.wms.domain.target import Target
from services.wms.domain.trade import Destination, Origin
from services.wms.ports import Books
from tests.unit.wms.moves import (
    FREE,
    LYON,
    NOON,
    hold,
    issue,
    lot_key,
    move,
    order_key,
    produce,
    receive,
    release,
    take_back,
    transfer,
)


class Warehouse(Protocol):
    """Units of work over some books."""

    def work(self) -> AbstractAsyncContextManager[Books]:
        """All or nothing."""
        ...

    async def told(self) -> list[str]:
        """Lot and reference of the movements that were told of, in order."""
        ...

    async def measure(
        self, lot: str, *ratios: Ratio, version: int = 1, retired: bool = False
    ) -> None:
        """What one lot was measured at, or is not any more."""
        ...


async def carry(warehouse: Warehouse, *movements: Movement, **terms: Any) -> list[bool]:
    """One batch; whether each was a replay."""
    async with warehouse.work() as books:
        return [one.replayed for one in await move_stock(books, movements, **terms)]


async def put(warehouse: Warehouse, *holds: Hold) -> list[str]:
    """Apply holds."""
    async with warehouse.work() as books:
        return await apply_holds(books, holds)


async def build(warehouse: Warehouse, *ssccs: str, location: str = "") -> None:
    """Handling units in Lyon, empty."""
    async with warehouse.work() as books:
        await build_units(books, [Order(sscc, LYON, location, "PX") for sscc in ssccs], {})


async def stock(warehouse: Warehouse, *names: str) -> list[str]:
    """What is left of some lots, in words."""
    async with warehouse.work() as books:
        lots = await stock_of_lots(books, [lot_key(name) for name in names])
    return [f"{one.quantity.text} {one.place}" for lot in lots for one in lot.balances]


async def refused(
    warehouse: Warehouse, *movements: Movement, kind: type[DomainError] = ConflictError
) -> tuple[str, str]:
    """Code and field."""
    with pytest.raises(kind) as caught:
        await carry(warehouse, *movements)
    return caught.value.code, caught.value.field


class StockContract:
    """Movements change balances, and say so."""

    async def test_a_batch_is_carried_out_in_its_order(self, warehouse: Warehouse) -> None:
        await carry(
            warehouse,
            receive("r1"),
            transfer("t1", "4"),
            issue("i1", "3"),
            move("b1", MovementType.BLOCK, "1"),
            receive("s1", "5", "SALT/"),
        )
        assert await stock(warehouse, "FLOUR/F1", "SALT/") == [
            "1 FLOUR lot F1, blocked",
            "2 FLOUR lot F1, unrestricted",
            "4 FLOUR lot F1, unrestricted at A-01",
            "5 SALT, unrestricted",
        ]
        assert await warehouse.told() == [
            *(f"lyon/FLOUR/F1 {one}" for one in ("r1", "t1", "i1", "b1")),
            "lyon/SALT/ s1",
        ]

    async def test_who_it_came_from_and_goes_to_is_kept_with_the_movement(
        self, warehouse: Warehouse
    ) -> None:
        origin = Origin("MILL", "M-77", "MILLER", "FR", NOON, "450001")
        bought = receive("r1", origin=origin)
        sold = move(
            "d1",
            MovementType.ISSUE_TO_DELIVERY,
            "4",
            delivery_no="80001/10",
            destination=Destination("T-9", "ACME", "S-1"),
        )
        blocked = move("g1", MovementType.RECEIPT_GR_BLOCKED, "1", origin=Origin("MILL"))
        await carry(warehouse, bought, sold, blocked, take_back("b1", sold))
        async with warehouse.work() as books:
            found = await books.movements.find([bought.reference, sold.reference])
        assert found == {bought.reference: bought, sold.reference: sold}
        # It is part of what a reference stands for; a reversal need not repeat it.
        again = replace(bought, origin=replace(origin, supplier_lot="M-78"))
        assert await refused(warehouse, again) == ("movement_differs", "movements[0].reference")
        await carry(warehouse, replace(take_back("b2", bought), origin=Origin()))

    async def test_output_is_released_in_two_parts(self, warehouse: Warehouse) -> None:
        await carry(warehouse, produce("p1", "10"))
        await carry(warehouse, release("p1/yield/1", "6"))
        await carry(warehouse, move("p1/2", MovementType.QUALITY_TO_BLOCKED, "4", "BREAD/B1"))
        assert await stock(warehouse, "BREAD/B1") == [
            "4 BREAD lot B1, blocked",
            "6 BREAD lot B1, unrestricted",
        ]

    async def test_nothing_is_taken_that_is_not_there(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1", "10"))
        assert await refused(warehouse, issue("i1", "4"), issue("i2", "7")) == (
            "insufficient_stock",
            "movements[1].quantity.value",
        )
        assert await stock(warehouse, "FLOUR/F1") == ["10 FLOUR lot F1, unrestricted"]
        code = ("insufficient_stock", "movements[0].quantity.value")
        assert await refused(warehouse, issue("i1", "1", "FLOUR/F2"), receive("r2")) == code
        assert await refused(warehouse, release("q1", "1", "FLOUR/F1")) == code
        count = move("c1", MovementType.COUNT_ADJUST, "-10.5")
        assert await refused(warehouse, count) == code
        with pytest.raises(ConflictError, match="lyon has 10 KGM of FLOUR lot F1, unrestricted,"):
            await carry(warehouse, issue("i1", "11"))
        assert await warehouse.told() == ["lyon/FLOUR/F1 r1"]

    async def test_a_lenient_plant_lets_orders_run_ahead_of_receipts(
        self, warehouse: Warehouse
    ) -> None:
        await carry(warehouse, issue("i1", "4"), lenient=[LYON])
        assert await stock(warehouse, "FLOUR/F1") == ["-4 FLOUR lot F1, unrestricted"]
        with pytest.raises(ConflictError, match="nothing of FLOUR") as caught:
            await carry(warehouse, move("s1", MovementType.SCRAP, "1"), lenient=[LYON])
        assert "receive or count the missing 5 KGM" in caught.value.hint
        with pytest.raises(ConflictError):
            await carry(warehouse, issue("i2", "1"), lenient=["oslo"])
        # A receipt that does not make up for all of it is welcome nevertheless.
        await carry(warehouse, receive("r1", "3"))
        assert await stock(warehouse, "FLOUR/F1") == ["-1 FLOUR lot F1, unrestricted"]

    async def test_stock_is_kept_in_the_items_base_unit(self, warehouse: Warehouse) -> None:
        loaves = receive("r2", "4", "BREAD/B1", unit="H87")
        await carry(warehouse, receive("r1", "500", "BREAD/B1", unit="GRM"), loaves)
        assert await carry(warehouse, loaves) == [True]
        assert await stock(warehouse, "BREAD/B1") == ["2.5 BREAD lot B1, unrestricted"]

    async def test_unknown_items_and_units_are_refused(self, warehouse: Warehouse) -> None:
        litres = receive("r2", "5", "FLOUR/F2", unit="LTR")
        assert await refused(warehouse, receive("r1"), litres, kind=InvalidError) == (
            "unit_mismatch",
            "movements[1].quantity.unit",
        )
        cake = receive("r2", "5", "CAKE/C1")
        assert await refused(warehouse, receive("r1"), cake, kind=NotFoundError) == (
            "unknown_item",
            "movements[1].stock.item_no",
        )

    async def test_an_item_becomes_another_of_its_unit(self, warehouse: Warehouse) -> None:
        async def relabel(reference: str, item_no: str) -> None:
            to = Target(item_no=item_no, lot_no="N1")
            await carry(warehouse, move(reference, MovementType.RELABEL, "4", to=to))

        await carry(warehouse, receive("r1"))
        await relabel("l1", "NEW")
        assert await stock(warehouse, "FLOUR/F1", "NEW/N1") == [
            "6 FLOUR lot F1, unrestricted",
            "4 NEW lot N1, unrestricted",
        ]
        assert (await warehouse.told())[1:] == ["lyon/FLOUR/F1 l1", "lyon/NEW/N1 l1"]
        with pytest.raises(InvalidError) as caught:
            await relabel("l2", "EGG")
        assert (caught.value.code, caught.value.field) == (
            "unit_mismatch",
            "movements[0].to.item_no",
        )
        with pytest.raises(NotFoundError) as unknown:
            await relabel("l3", "CAKE")
        assert unknown.value.field == "movements[0].to.item_no"

    async def test_too_much_for_a_balance_is_refused(self, warehouse: Warehouse) -> None:
        most = "9" * 18
        await carry(warehouse, receive("r1", most))
        assert await refused(warehouse, receive("r2", "1"), kind=InvalidError) == (
            "quantity_out_of_bounds",
            "movements[0].quantity.value",
        )


class RepetitionContract:
    """A reference is a movement."""

    async def test_the_same_movement_happens_once(self, warehouse: Warehouse) -> None:
        assert await carry(warehouse, receive("r1"), receive("r1")) == [False, True]
        assert await carry(warehouse, issue("i1", "2"), receive("r1")) == [False, True]
        assert await stock(warehouse, "FLOUR/F1") == ["8 FLOUR lot F1, unrestricted"]
        assert len(await warehouse.told()) == 2

    async def test_a_reference_with_other_content_is_refused(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"))
        differs = ("movement_differs", "movements[1].reference")
        for other in (receive("r1", "11"), receive("r1", name="SALT/"), issue("r1")):
            assert await refused(warehouse, receive("r2"), other) == differs
        assert await refused(warehouse, receive("r3"), receive("r3", "11")) == differs
        await carry(warehouse, receive("r1", "11", plant="oslo"))

    async def test_a_replay_asks_neither_holds_nor_stock(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"), issue("i1"))
        await put(warehouse, hold())
        assert await carry(warehouse, issue("i1")) == [True]


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
