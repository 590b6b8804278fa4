"""Amounts of a lot that was measured: by its own ratio, once, and as they were given.

A subclass gives the fixture `warehouse`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.wms.application.count_stock import Found, plan_count, record_count
from services.wms.domain.rules import MovementType
from services.wms.domain.stock_count import CountKey
from services.wms.domain.target import Target
from tests.unit.wms.moves import LYON, issue, move, place, receive, take_back
from tests.unit.wms.promises import ask, reserve, seen
from tests.unit.wms.use_cases import Warehouse, carry, refused, stock

MEASURED, ANEW = ("XRO", "MTK", Fraction(825, 2)), ("XRO", "MTK", Fraction(398))


async def film(warehouse: Warehouse, lot: str) -> str:
    """Square metres of a lot that are unrestricted."""
    [left] = await stock(warehouse, f"FILM/{lot}")
    return left.split()[0]


class MeasuringContract:
    """The lot's own ratio before the item's before the general one."""

    async def test_a_lot_is_restated_by_its_own_ratio_and_another_by_the_items(
        self, warehouse: Warehouse
    ) -> None:
        await warehouse.measure("FILM/L7", MEASURED)
        rolls = [receive(f"r{lot}", "2", f"FILM/{lot}", unit="XRO") for lot in ("L7", "L8")]
        # Kilograms are the item's to say, square centimetres Rec 20's; a lot's ratio leads on.
        more = receive("r3", "1", "FILM/L7", unit="KGM"), receive("r4", "1", "FILM/L8", unit="CMK")
        await carry(warehouse, *rolls, *more)
        assert await film(warehouse, "L7") == "829"
        assert await film(warehouse, "L8") == "800.0001"
        async with warehouse.work() as books:
            found = await books.movements.find([rolls[0].reference])
        [kept] = found.values()
        assert (str(kept.quantity), str(kept.given)) == ("825 MTK", "2 XRO")

    async def test_what_was_recorded_stays_whatever_becomes_of_the_ratio(
        self, warehouse: Warehouse
    ) -> None:
        await warehouse.measure("FILM/L7", MEASURED)
        received = receive("r1", "2", "FILM/L7", unit="XRO")
        used = issue("i1", "1", "FILM/L7", unit="XRO")
        await carry(warehouse, received, used)
        await warehouse.measure("FILM/L7", ANEW, version=2)
        assert await film(warehouse, "L7") == "412.5"
        # Told again it is what it was; taken back it takes back what it was; what is new is anew.
        assert await carry(warehouse, received, used) == [True, True]
        await carry(warehouse, take_back("b1", used))
        assert await film(warehouse, "L7") == "825"
        await carry(warehouse, issue("i2", "1", "FILM/L7", unit="XRO"))
        assert await film(warehouse, "L7") == "427"
        await warehouse.measure("FILM/L7", ANEW, version=3, retired=True)
        assert await carry(warehouse, received) == [True]
        await carry(warehouse, issue("i3", "1", "FILM/L7", unit="XRO"))
        assert await film(warehouse, "L7") == "27"

    async def test_a_relabel_carries_the_amount_over_not_the_ratio(
        self, warehouse: Warehouse
    ) -> None:
        await warehouse.measure("FILM/L7", MEASURED)
        await warehouse.measure("FILM/L9", ANEW)
        await carry(warehouse, receive("r1", "2", "FILM/L7", unit="XRO"))
        cut = move("l1", MovementType.RELABEL, "1", "FILM/L7", unit="XRO", to=Target(lot_no="L9"))
        await carry(warehouse, cut)
        assert await film(warehouse, "L7") == await film(warehouse, "L9") == "412.5"

    async def test_promises_are_made_in_the_lots_own_measure_and_stay(
        self, warehouse: Warehouse
    ) -> None:
        await warehouse.measure("FILM/L7", MEASURED)
        await carry(warehouse, receive("r1", "2", "FILM/L7", unit="XRO"))
        roll = replace(ask("R1", name="FILM/L7"), quantity=Quantity.parse("1", "XRO"))
        assert await reserve(warehouse, roll) == ["open L7 412.5+0"]
        await warehouse.measure("FILM/L7", ANEW, version=2)
        assert await reserve(warehouse, roll) == ["open L7 412.5+0"]
        await carry(warehouse, issue("i1", "398", "FILM/L7", unit="MTK"))
        assert await seen(warehouse, "R1") == ["open L7 14.5+398"]

    async def test_a_count_is_compared_in_the_lots_own_measure(self, warehouse: Warehouse) -> None:
        await warehouse.measure("FILM/L7", MEASURED)
        await carry(warehouse, receive("r1", "2", "FILM/L7", unit="XRO"))
        key, there = CountKey(LYON, "C1"), place("FILM/L7")
        async with warehouse.work() as books:
            await plan_count(books, key, Decimal(0), [there])
            rolls = Found(there, Quantity.parse("2", "XRO"))
            count = await record_count(books, key, [rolls], "ann")
        assert str(count.lines[there].difference) == "0 MTK"

    async def test_what_nothing_leads_to_says_what_is_missing(self, warehouse: Warehouse) -> None:
        pallets = receive("r1", "1", "FILM/L7", unit="XPX")
        with pytest.raises(InvalidError) as caught:
            await carry(warehouse, pallets)
        error = caught.value
        assert (error.code, error.field) == ("unit_mismatch", "movements[0].quantity.unit")
        assert "lot L7 of FILM" in str(error)
        assert "XPX" in str(error)
        assert "MTK" in str(error)
        assert "of this lot alone" in error.hint
        loose = receive("r2", "1", "FILM/", unit="XPX")
        assert await refused(warehouse, loose, kind=InvalidError) == (error.code, error.field)
