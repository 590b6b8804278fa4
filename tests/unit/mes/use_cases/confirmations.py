"""What mes does with confirmations."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from decimal import Decimal

from services.kit.errors import InvalidError, NotFoundError
from services.kit.quantity import Quantity
from services.mes.application.confirm_operations import Result
from services.mes.domain.confirmation import Consumption, Scrap
from services.mes.domain.lifecycle import Command
from tests.unit.mes.reports import kg, order_key, plan, report
from tests.unit.mes.use_cases.steps import (
    Floor,
    bread,
    command,
    confirm,
    create,
    edges,
    lot,
    refused,
)


class ConfirmationsContract:
    """Booking."""

    async def test_reports_are_numbered_and_added_up(self, floor: Floor) -> None:
        await create(floor, plan(), plan("4712"))
        results = await confirm(
            floor,
            report("a", "10", scrap="2"),
            report("b", "20", order_no="4712", lot="M1"),
            report("c", "30", rework="1", consumed=(("FLOUR/F1", "9"), ("SALT/", "1"))),
        )
        assert results == [Result("a", 1, False), Result("b", 1, False), Result("c", 2, False)]
        async with floor.work() as books:
            order = (await books.orders.get([order_key()]))[order_key()]
            booked = (await books.confirmations.of_orders([order_key()]))[order_key()]
        assert (order.good, order.scrap, order.rework) == (kg("40"), kg("2"), kg("1"))
        assert order.last_no == 2
        assert [one.report.id for one in booked] == ["a", "c"]
        assert (await lot(floor, "BREAD/L1")).produced == kg("40")

    async def test_a_repeated_report_changes_nothing(self, floor: Floor) -> None:
        await create(floor, plan())
        first = report("a", final=True, scrap="1", consumed=(("FLOUR/F1", "9"),))
        await confirm(floor, first)
        told = await floor.told()
        assert await confirm(floor, first, first) == [Result("a", 1, True)] * 2
        await command(floor, "4711", Command.CLOSE)
        assert await confirm(floor, first) == [Result("a", 1, True)]
        assert len(await floor.told()) == len(told) + 1

    async def test_other_content_under_the_same_id_is_refused(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("a"))
        assert await refused(floor, report("b"), report("a", "11")) == (
            "confirmation_differs",
            "confirmations[1].id",
        )
        assert await confirm(floor, report("b")) == [Result("b", 2, False)]

    async def test_a_final_report_completes_and_is_told_in_order(self, floor: Floor) -> None:
        await create(floor, plan())
        before = len(await floor.told())
        late = report("late", "0", lot="", consumed=(("FLOUR/F1", "1"),))
        await confirm(floor, report("a"), report("b", final=True), late)
        assert (await floor.told())[before:] == [
            "lyon/4711 LotProduced",
            "lyon/4711 OperationConfirmed",
            "lyon/4711 OperationConfirmed",
            "lyon/4711 WorkOrderStateChanged",
            "lyon/4711 OperationConfirmed",
        ]

    async def test_a_final_report_closes_its_operation(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("a", final=True))
        for late in (report("b"), report("b", "0", scrap="1"), report("b", "0", final=True)):
            assert await refused(floor, late) == (
                "operation_ended",
                "confirmations[0].operation_sequence",
            )
        assert await confirm(floor, report("b", "1", operation=10)) == [Result("b", 2, False)]

    async def test_a_lot_belongs_to_one_order(self, floor: Floor) -> None:
        await create(floor, plan(), plan("4712"))
        await confirm(floor, report("a"))
        assert await refused(floor, report("b", order_no="4712")) == (
            "lot_of_another_order",
            "confirmations[0].lot_no",
        )

    async def test_what_cannot_be_converted_is_refused_by_name(self, floor: Floor) -> None:
        await create(floor, plan(), plan("4712", item_no="ROLL"))
        await confirm(floor, report("a"))
        odd = report("b", order_no="4712", consumed=(("BREAD/L1", "1"),))
        litres = replace(odd.consumed[0], quantity=Quantity(Decimal(1), "LTR"))
        wrong = replace(odd, consumed=(litres,))
        assert await refused(floor, wrong, kind=InvalidError) == (
            "unit_mismatch",
            "confirmations[0].consumed[0].quantity.unit",
        )

    async def test_other_units_of_the_item_are_converted_exactly(self, floor: Floor) -> None:
        await create(floor, plan(), plan("4712", item_no="ROLL"))
        loaves = Quantity(Decimal(4), "H87")
        first = replace(
            report("a"),
            good=loaves,
            rework=Quantity.zero("H87"),
            scrap=(Scrap(Quantity(Decimal(500), "GRM"), "burnt"),),
        )
        assert await confirm(floor, first, first) == [Result("a", 1, False), Result("a", 1, True)]
        toast = replace(report("b", order_no="4712", lot="R1"), consumed=(bread(loaves),))
        await confirm(floor, toast)
        async with floor.work() as books:
            orders = await books.orders.get([order_key(), order_key("4712")])
        made = orders[order_key()]
        assert (made.good, made.scrap) == (kg("2"), kg("0.5"))
        assert ("L1", "R1", "2 KGM") in await edges(floor)

    async def test_what_the_item_is_not_counted_in_is_refused(self, floor: Floor) -> None:
        await create(floor, plan("4712", item_no="ROLL"))
        rolls = replace(report("a", order_no="4712"), good=Quantity(Decimal(4), "H87"))
        assert await refused(floor, rolls, kind=InvalidError) == (
            "unit_mismatch",
            "confirmations[0].yield.unit",
        )
        cake = replace(report("a", order_no="4712"), consumed=(Consumption("CAKE", "", kg("1")),))
        assert await refused(floor, cake, kind=NotFoundError) == (
            "unknown_item",
            "confirmations[0].consumed[0].item_no",
        )
