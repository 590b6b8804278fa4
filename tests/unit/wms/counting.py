"""Counts bring the books to what is there, and say by how much they were off.

A subclass gives the fixture `warehouse`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from decimal import Decimal

import pytest

from services.kit.clock import Instant
from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.kit.paging import Page
from services.wms.application.count_stock import (
    Found,
    cancel_count,
    list_counts,
    listing_of_counts,
    plan_count,
    post_count,
    record_count,
)
from services.wms.application.recount_balances import recount_balances
from services.wms.domain.place import Place, Status
from services.wms.domain.stock_count import CountKey, StockCount
from tests.unit.wms.moves import LYON, NOON, issue, kg, lot_key, place, receive
from tests.unit.wms.use_cases import Warehouse, carry, stock

KEY = CountKey(LYON, "C1")
FIRST, SECOND, NEW = place("FLOUR/F1"), place("FLOUR/F2"), place("FLOUR/F3")


async def plan(warehouse: Warehouse, *places: Place, tolerance: str = "5") -> StockCount:
    """C1."""
    async with warehouse.work() as books:
        return await plan_count(books, KEY, Decimal(tolerance), places)


async def record(warehouse: Warehouse, **found: str) -> str:
    """Kilograms of F1, F2; the state afterwards."""
    given = [Found(place(f"FLOUR/{name}"), kg(amount)) for name, amount in found.items()]
    async with warehouse.work() as books:
        return (await record_count(books, KEY, given, "ann")).state


async def post(warehouse: Warehouse) -> str:
    """The state afterwards."""
    async with warehouse.work() as books:
        return (await post_count(books, KEY, "year's end", Instant(NOON, 120))).state


class CountingContract:
    """Plan, count, count again, post."""

    async def test_what_differs_is_posted(self, warehouse: Warehouse) -> None:
        names = ("FLOUR/F1", "FLOUR/F2")
        await carry(warehouse, *(receive(f"r {one}", "100", one) for one in names))
        await plan(warehouse, FIRST, SECOND, NEW)
        # Exactly at the tolerance is within it.
        assert await record(warehouse, F1="95") == "planned"
        assert await record(warehouse, F2="94", F3="0") == "recount"
        # Stock moves meanwhile: the second count is compared with the books of its own moment.
        await carry(warehouse, issue("i1", "10", "FLOUR/F2"), issue("i2", "10", "FLOUR/F1"))
        assert await record(warehouse, F2="83") == "counted"
        assert await post(warehouse) == "posted"
        assert await stock(warehouse, "FLOUR/F1", "FLOUR/F2", "FLOUR/F3") == [
            "85 FLOUR lot F1, unrestricted",
            "83 FLOUR lot F2, unrestricted",
        ]
        async with warehouse.work() as books:
            [found] = (await books.counts.get([KEY])).values()
        lines = [(str(one.book), str(one.counted), one.times) for one in found.lines.values()]
        assert lines == [
            ("100 KGM", "95 KGM", 1),
            ("90 KGM", "83 KGM", 2),
            ("0 KGM", "0 KGM", 1),
        ]
        told = [one for one in await warehouse.told() if one.startswith("count/")]
        assert told[-1] == "count/lyon/C1 posted"

    async def test_books_that_are_right_post_nothing(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"))
        await plan(warehouse, FIRST)
        assert await record(warehouse, F1="10") == "counted"
        assert await post(warehouse) == "posted"
        assert await stock(warehouse, "FLOUR/F1") == ["10 FLOUR lot F1, unrestricted"]

    async def test_out_of_turn_is_refused(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"))
        with pytest.raises(NotFoundError, match="has no count C1"):
            await post(warehouse)
        await plan(warehouse, FIRST, SECOND)
        with pytest.raises(ConflictError, match="takes no post"):
            await post(warehouse)
        await record(warehouse, F1="10")
        for found, kind, field in (
            ({"F1": "10"}, ConflictError, "found[0].stock"),
            ({"F2": "1", "F3": "1"}, NotFoundError, "found[1].stock"),
            ({"F2": "-1"}, InvalidError, "found[0].quantity.value"),
        ):
            with pytest.raises(kind) as caught:
                await record(warehouse, **found)
            assert caught.value.field == field
        async with warehouse.work() as books:
            assert (await cancel_count(books, KEY)).state == "cancelled"
        with pytest.raises(ConflictError, match="takes no count"):
            await record(warehouse, F2="1")

    async def test_a_plan_is_repeated_not_changed(self, warehouse: Warehouse) -> None:
        planned = await plan(warehouse, FIRST)
        assert (await plan(warehouse, FIRST)).key == planned.key
        with pytest.raises(ConflictError, match="planned otherwise"):
            await plan(warehouse, FIRST, SECOND)
        for other, field in (
            (Place(lot_key("FLOUR/F1", "oslo"), "", Status.QUALITY), "places[1].plant"),
            (FIRST._replace(status=Status.IN_TRANSIT), "places[1].status"),
        ):
            with pytest.raises(InvalidError) as caught:
                await plan(warehouse, FIRST, other)
            assert caught.value.field == field
        async with warehouse.work() as books:
            cut = await list_counts(books, LYON, Page.read(listing_of_counts(LYON), 1, ""))
        assert [one.key for one in cut.rows] == [KEY]
        assert cut.end_cursor

    async def test_a_recount_goes_through_every_lot(self, warehouse: Warehouse) -> None:
        await carry(warehouse, *(receive(f"r{n}", name=f"FLOUR/F{n}") for n in range(5)))
        seen, cursor, after = 0, "-", None
        while cursor:
            async with warehouse.work() as books:
                found = await recount_balances(books, after)
                lots = await books.lots.walk(after)
            after = lots[-1] if lots else None
            seen, cursor = seen + found.lots, found.cursor
            assert not found.drifts
        assert seen == 5
