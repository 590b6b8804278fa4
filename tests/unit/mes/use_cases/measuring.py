"""Lots that were measured: amounts by their own ratio, once, and as they were reported."""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.mes.application.confirm_operations import Result
from services.mes.domain.confirmation import Confirmation, Consumption, Scrap
from services.mes.domain.lot_operation import Merge, Part, Receive, Relabel, Split
from services.mes.domain.plan import Component, Plan
from tests.unit.mes.reports import AT, kg, lot_key, order_key, plan, report
from tests.unit.mes.use_cases.reversals import back, booked, order_of, reverse
from tests.unit.mes.use_cases.steps import (
    Floor,
    confirm,
    create,
    edges,
    left,
    lot,
    operate,
    refused,
)

MEASURED, ANEW = ("XRO", "MTK", Fraction(825, 2)), ("XRO", "MTK", Fraction(398))


def rolls(value: str) -> Quantity:
    """Of film."""
    return Quantity.parse(value, "XRO")


def metres(value: str) -> Quantity:
    """Square ones."""
    return Quantity.parse(value, "MTK")


def film(ordered: Quantity) -> Plan:
    """An order for film."""
    return replace(plan(item_no="FILM", operations=()), ordered=ordered, components=())


def wound(id: str, good: str, lot_no: str = "L7", scrap: str = "0") -> Confirmation:
    """Rolls, as the winder counts them."""
    return Confirmation(
        id=id,
        order=order_key(),
        good=rolls(good),
        rework=rolls("0"),
        occurred_at=AT,
        lot_no=lot_no,
        scrap=(Scrap(rolls(scrap), "torn"),) if scrap != "0" else (),
    )


def using(id: str, amount: str, order_no: str = "4712") -> Confirmation:
    """Rolls of L7 for another order."""
    used = Consumption("FILM", "L7", rolls(amount))
    return replace(report(id, "1", order_no=order_no, lot="W1"), consumed=(used,))


async def drawn(floor: Floor) -> list[str]:
    """What each confirmation of the order consumed by itself."""
    return [str(one.quantity) for each in await booked(floor) for one in each.report.consumed]


class MeasuringContract:
    """The lot's own ratio before the item's."""

    async def test_what_is_made_and_used_of_a_lot_is_restated_by_its_own_ratio(
        self, floor: Floor
    ) -> None:
        await floor.measure("FILM/L7", MEASURED)
        await create(floor, film(metres("2000")), plan("4712"))
        await confirm(floor, wound("a", "2", scrap="0.02"), wound("b", "1", "L8"))
        await confirm(floor, using("c", "0.5"))
        assert await left(floor, "FILM/L7", "FILM/L8") == ["618.75 MTK", "400 MTK"]
        order = await order_of(floor)
        assert (order.good, order.scrap) == (metres("1225"), metres("8.25"))
        first, second = (one.report for one in await booked(floor))
        assert first.given == {"yield": rolls("2"), "rework": rolls("0")} | {
            "scrap[0].quantity": rolls("0.02")
        }
        assert first.stocked is None
        assert second.good == metres("400")
        assert ("L7", "W1", "206.25 MTK") in await edges(floor)

    async def test_what_was_booked_stays_whatever_becomes_of_the_ratio(self, floor: Floor) -> None:
        await floor.measure("FILM/L7", MEASURED)
        await create(floor, film(metres("2000")), plan("4712"))
        made, used = wound("a", "2"), using("c", "1")
        await confirm(floor, made, used)
        for version, retired in ((2, False), (3, True)):
            await floor.measure("FILM/L7", ANEW, version=version, retired=retired)
            again = [Result("a", 1, True), Result("c", 1, True)]
            assert await confirm(floor, made, used) == again
            assert await left(floor, "FILM/L7") == ["412.5 MTK"]
        await floor.measure("FILM/L7", ANEW, version=4)
        assert await refused(floor, wound("a", "3")) == (
            "confirmation_differs",
            "confirmations[0].id",
        )
        await reverse(floor, back(1, "undo", order_no="4712"))
        assert await left(floor, "FILM/L7") == ["825 MTK"]
        await confirm(floor, using("d", "1"))
        assert await left(floor, "FILM/L7") == ["427 MTK"]

    async def test_a_yield_goes_into_stock_in_base_units_whatever_its_order_counts_in(
        self, floor: Floor
    ) -> None:
        await floor.measure("FILM/L7", MEASURED)
        await create(floor, film(rolls("10")), plan("4712"))
        made = replace(wound("a", "2"), consumed=(Consumption("FLOUR", "F1", kg("3")),))
        await confirm(floor, made)
        assert (await order_of(floor)).good == rolls("2")
        [one] = await booked(floor)
        assert (one.report.good, one.report.stocked) == (rolls("2"), metres("825"))
        assert one.report.given == {}
        assert await left(floor, "FILM/L7") == ["825 MTK"]
        await confirm(floor, using("c", "1"))
        await floor.measure("FILM/L7", ANEW, version=2)
        assert await confirm(floor, made) == [Result("a", 1, True)]
        await reverse(floor, back(1, "undo", order_no="4712"))
        assert await left(floor, "FILM/L7") == ["825 MTK"]
        await reverse(floor, back(1))
        assert await left(floor, "FILM/L7") == ["0 MTK"]
        assert (await order_of(floor)).good == rolls("0")
        assert (await booked(floor))[1].report.stocked == metres("-825")

    async def test_an_earlier_operation_hands_on_and_stocks_nothing(self, floor: Floor) -> None:
        two_steps = replace(plan(item_no="FILM"), ordered=rolls("10"), components=())
        await create(floor, two_steps)
        await confirm(floor, replace(wound("a", "2"), operation=10))
        [one] = await booked(floor)
        assert (one.report.passed, one.report.stocked) == (rolls("2"), None)
        kilos = replace(wound("b", "1"), operation=10, good=kg("100"))
        assert await confirm(floor, kilos, kilos) == [Result("b", 2, False), Result("b", 2, True)]
        assert (await booked(floor))[1].report.passed == rolls("1")

    async def test_backflush_takes_the_share_of_the_day_and_corrects_none_of_before(
        self, floor: Floor
    ) -> None:
        await floor.measure("FILM/L7", MEASURED)
        wrap = Component(10, "FILM", rolls("10"), backflush=True, lot_no="L7")
        await create(floor, replace(plan(ordered="70", operations=()), components=(wrap,)))
        await confirm(floor, report("a", "10"))
        await floor.measure("FILM/L7", ANEW, version=2)
        await confirm(floor, report("b", "10"), report("c", "10"))
        # 4125/7 and 3980/7: what is left over is carried within a share, not from one to the other.
        assert await drawn(floor) == ["589.286 MTK", "568.571 MTK", "568.572 MTK"]
        await reverse(floor, back(1))
        await confirm(floor, report("d", "10"))
        assert (await drawn(floor))[-1] == "568.571 MTK"
        await reverse(floor, back(2))
        assert (await lot(floor, "FILM/L7")).spent == metres("1137.143")

    async def test_lots_of_other_sizes_are_split_and_merged_in_base_units(
        self, floor: Floor
    ) -> None:
        await floor.measure("FILM/L7", MEASURED)
        await floor.measure("FILM/L9", ANEW)
        receipt = Receive(Part(lot_key("FILM/L7"), rolls("2")))
        await operate(floor, receipt, id="r")
        await operate(floor, Receive(Part(lot_key("FILM/L9"), rolls("1"))))
        await operate(floor, Split(lot_key("FILM/L7"), (Part(lot_key("FILM/L8"), rolls("1")),)))
        assert await left(floor, "FILM/L7", "FILM/L8") == ["412.5 MTK", "412.5 MTK"]
        parts = Part(lot_key("FILM/L8"), metres("12.5")), Part(lot_key("FILM/L7"), rolls("1"))
        await operate(floor, Merge(parts, lot_key("FILM/L9")))
        assert await left(floor, "FILM/L7", "FILM/L8", "FILM/L9") == [
            "0 MTK",
            "400 MTK",
            "823 MTK",
        ]
        # L8 was never measured: there the item's ratio counts.
        await operate(floor, Relabel(lot_key("FILM/L8"), lot_key("FILM/L6"), rolls("1")))
        assert await left(floor, "FILM/L8", "FILM/L6") == ["0 MTK", "400 MTK"]
        await floor.measure("FILM/L7", ANEW, version=2)
        assert (await operate(floor, receipt, id="r")).replayed == ["r"]

    async def test_what_nothing_leads_to_is_refused_by_name(self, floor: Floor) -> None:
        await create(floor, film(metres("2000")))
        pallets = replace(wound("a", "1"), good=Quantity(Decimal(1), "XPX"))
        assert await refused(floor, pallets, kind=InvalidError) == (
            "unit_mismatch",
            "confirmations[0].yield.unit",
        )

    async def test_lots_of_an_unknown_item_keep_the_unit_they_came_in(self, floor: Floor) -> None:
        cake = lot_key("CAKE/C1")
        await operate(floor, Receive(Part(cake, Quantity(Decimal(5), "LTR"))))
        some = Part(lot_key("CAKE/C2"), Quantity(Decimal(500), "MLT"))
        await operate(floor, Split(cake, (some,)))
        assert await left(floor, "CAKE/C1", "CAKE/C2") == ["4.5 LTR", "0.5 LTR"]
