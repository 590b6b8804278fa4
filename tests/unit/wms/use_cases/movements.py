"""Movements change balances, and say so."""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace

import pytest

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.wms.domain.rules import MovementType
from services.wms.domain.target import Target
from services.wms.domain.trade import Destination, Origin
from tests.unit.wms.moves import (
    LYON,
    NOON,
    issue,
    move,
    produce,
    receive,
    release,
    take_back,
    transfer,
)
from tests.unit.wms.use_cases.steps import Warehouse, carry, refused, stock


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
