"""What every book-keeping must do: run on memory in unit tests, on PostgreSQL in component tests.

A subclass gives the fixture `floor`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from decimal import Decimal
from typing import Any, Protocol

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.application.apply_holds import apply_holds
from services.mes.application.command_work_orders import Step, command_work_orders
from services.mes.application.confirm_operations import Result, confirm_operations
from services.mes.application.create_work_orders import create_work_orders
from services.mes.application.find import (
    list_lots,
    list_orders,
    listing_of_lots,
    listing_of_orders,
    lots_of_orders,
)
from services.mes.application.rebuild_genealogy import rebuild_genealogy
from services.mes.application.snapshot import read_state
from services.mes.application.trace import trace, trace_each
from services.mes.domain.confirmation import Confirmation, Consumption, Scrap
from services.mes.domain.events import (
    LotProduced,
    OperationConfirmed,
    WorkOrderCreated,
)
from services.mes.domain.genealogy import Direction
from services.mes.domain.lifecycle import Command, Lifecycle
from services.mes.domain.lot import Hold, Lot
from services.mes.domain.plan import Component, Plan
from services.mes.ports import Books
from tests.unit.mes.reports import LYON, hold, kg, lot_key, order_key, plan, report

START = (Command.DISPATCH, Command.MAKE_READY, Command.START)


class Floor(Protocol):
    """Units of work over some books."""

    def work(self) -> AbstractAsyncContextManager[Books]:
        """All or nothing."""
        ...

    async def told(self) -> list[str]:
        """Key and name of the facts that were committed, in order."""
        ...


async def create(floor: Floor, *plans: Plan) -> None:
    """Take over and start."""
    async with floor.work() as books:
        await create_work_orders(books, plans)
    for one in plans:
        await command(floor, one.key.order_no, *START)


async def command(floor: Floor, order_no: str, *given: Command) -> None:
    """One after the other, in one batch."""
    async with floor.work() as books:
        await command_work_orders(books, [Step(order_key(order_no), one) for one in given])


async def confirm(floor: Floor, *reports: Confirmation) -> list[Result]:
    """One batch."""
    async with floor.work() as books:
        return await confirm_operations(books, reports)


async def refused(
    floor: Floor, *reports: Confirmation, kind: type[DomainError] = ConflictError
) -> tuple[str, str]:
    """Code and field of the refusal."""
    with pytest.raises(kind) as caught:
        await confirm(floor, *reports)
    return caught.value.code, caught.value.field


async def put(floor: Floor, *holds: Hold) -> list[str]:
    """Apply or lift."""
    async with floor.work() as books:
        return await apply_holds(books, holds)


async def lot(floor: Floor, name: str) -> Lot:
    """As it is now."""
    async with floor.work() as books:
        return (await books.lots.get([lot_key(name)]))[lot_key(name)]


async def family(floor: Floor, *names: str, direction: Direction) -> set[str]:
    """Item and number of every lot reached."""
    async with floor.work() as books:
        found = await trace(books, [lot_key(name) for name in names], direction)
    return {f"{one.key.item_no}/{one.key.lot_no}" for one in found.lots}


async def edges(floor: Floor) -> list[tuple[str, str, str]]:
    """Source, target and quantity of all of them."""
    async with floor.work() as books:
        cut = await list_lots(books, LYON, Page(listing_of_lots(LYON), 200))
        return [
            (one.link.source.lot_no, one.link.target.lot_no, str(one.quantity or "?"))
            for one in await books.genealogy.among([one.key for one in cut.rows])
        ]


def _bread(quantity: Quantity) -> Consumption:
    """Of lot L1."""
    return Consumption("BREAD", "L1", quantity)


class OrdersContract:
    """Creating, commanding, reading."""

    async def test_an_order_is_taken_over_once(self, floor: Floor) -> None:
        for _ in range(2):
            async with floor.work() as books:
                (order, again) = await create_work_orders(books, [plan(), plan()])
            assert order == again
            assert order.lifecycle is Lifecycle.RELEASED
            assert order.plan == plan()
        assert await floor.told() == ["lyon/4711 WorkOrderCreated"]

    async def test_another_plan_under_the_same_number_is_refused(self, floor: Floor) -> None:
        async with floor.work() as books:
            await create_work_orders(books, [plan()])
        with pytest.raises(ConflictError) as caught:
            async with floor.work() as books:
                await create_work_orders(books, [plan("4712"), plan(ordered="101")])
        assert (caught.value.code, caught.value.field) == ("order_differs", "plans[1].quantity")
        async with floor.work() as books:
            assert list(await books.orders.get([order_key("4712")])) == []

    async def test_commands_are_all_or_none(self, floor: Floor) -> None:
        async with floor.work() as books:
            await create_work_orders(books, [plan()])
        with pytest.raises(ConflictError) as caught:
            await command(floor, "4711", Command.DISPATCH, Command.CLOSE)
        assert caught.value.field == "commands[1].command"
        async with floor.work() as books:
            order = (await books.orders.get([order_key()]))[order_key()]
        assert (order.lifecycle, order.version) == (Lifecycle.RELEASED, 1)
        await command(floor, "4711", *START)
        moved = ["lyon/4711 WorkOrderStateChanged"] * 3
        assert await floor.told() == ["lyon/4711 WorkOrderCreated", *moved]

    @pytest.mark.parametrize(
        ("change", "error", "code", "field"),
        [
            ({"item_no": "CAKE"}, NotFoundError, "unknown_item", "item_no"),
            (
                {"ordered": Quantity(Decimal(1), "LTR")},
                InvalidError,
                "unit_mismatch",
                "quantity.unit",
            ),
            (
                {"components": (Component(10, "CREAM", kg("1")),)},
                NotFoundError,
                "unknown_item",
                "components[0].item_no",
            ),
            (
                {"components": (Component(10, "FLOUR", Quantity(Decimal(1), "LTR")),)},
                InvalidError,
                "unit_mismatch",
                "components[0].quantity.unit",
            ),
        ],
    )
    async def test_a_plan_names_items_and_units_that_exist(
        self, floor: Floor, change: dict[str, Any], error: type[DomainError], code: str, field: str
    ) -> None:
        with pytest.raises(error) as caught:
            async with floor.work() as books:
                await create_work_orders(books, [plan(), replace(plan("4712"), **change)])
        assert (caught.value.code, caught.value.field) == (code, f"plans[1].{field}")
        assert await floor.told() == []

    async def test_an_unknown_order_is_named(self, floor: Floor) -> None:
        with pytest.raises(NotFoundError) as caught:
            await command(floor, "nobody", Command.START)
        assert caught.value.field == "commands[0].key.order_no"
        assert await refused(floor, report("c1"), kind=NotFoundError) == (
            "unknown_order",
            "confirmations[0].order.order_no",
        )

    async def test_orders_and_lots_are_listed_in_pages(self, floor: Floor) -> None:
        numbers = ["1", "2", "3", "4", "5"]
        await create(floor, *(plan(number) for number in numbers))
        await confirm(floor, *(report(n, order_no=n, lot=f"L{n}") for n in numbers))
        async with floor.work() as books:
            first = await list_orders(books, LYON, Page(listing_of_orders(LYON), 3))
            rest = await list_orders(books, LYON, Page(listing_of_orders(LYON), 3, ("3",)))
            lots = await list_lots(books, LYON, Page(listing_of_lots(LYON), 3, ("BREAD", "L4")))
        assert [order.key.order_no for order in first.rows] == ["1", "2", "3"]
        assert [order.key.order_no for order in rest.rows] == ["4", "5"]
        assert (first.has_more, rest.has_more) == (True, False)
        assert [one.key.lot_no for one in lots.rows] == ["L5"]


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
        await confirm(floor, report("a"), report("b", final=True), report("late"))
        assert (await floor.told())[before:] == [
            "lyon/4711 LotProduced",
            "lyon/4711 OperationConfirmed",
            "lyon/4711 OperationConfirmed",
            "lyon/4711 WorkOrderStateChanged",
            "lyon/4711 OperationConfirmed",
        ]

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
        bread = replace(report("b", order_no="4712", lot="R1"), consumed=(_bread(loaves),))
        await confirm(floor, bread)
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


class HoldsContract:
    """Holds."""

    async def test_a_held_lot_is_not_consumed(self, floor: Floor) -> None:
        await create(floor, plan())
        assert await put(floor, hold("FLOUR/F1"), hold("FLOUR/F1", hold_no="H0")) == ["H0", "H1"]
        use = report("a", consumed=(("FLOUR/F2", "1"), ("FLOUR/F1", "1")))
        with pytest.raises(ConflictError, match="lyon/FLOUR/F1 is held by H0, H1") as caught:
            await confirm(floor, use)
        assert caught.value.code == "lot_held"
        assert caught.value.field == "confirmations[0].consumed[1].lot_no"
        await put(floor, hold("FLOUR/F1", version=2, active=False))
        await put(floor, hold("FLOUR/F1", version=1), hold("FLOUR/F1", version=2))
        await put(floor, hold("FLOUR/F1", version=3, active=False, hold_no="H0"))
        assert await confirm(floor, use) == [Result("a", 1, False)]

    async def test_a_lot_made_from_a_held_lot_is_born_held(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("in", "0", lot="", consumed=(("FLOUR/F1", "9"),)))
        await put(floor, hold("FLOUR/F1", version=7))
        await confirm(floor, report("out"))
        assert (await lot(floor, "BREAD/L1")).holds == {"H1": 7}
        async with floor.work() as books:
            assert await books.orders.holds([order_key()]) == {order_key(): ["H1"]}
        await put(floor, hold("BREAD/L1", version=8, active=False))
        await confirm(floor, report("more"))
        assert (await lot(floor, "BREAD/L1")).holds == {}

    async def test_what_was_made_of_it_meanwhile_is_held_too(self, floor: Floor) -> None:
        """The rolls were baked of a dough whose yield is reported after them."""
        await create(floor, plan("dough", item_no="DOUGH"), plan("roll"), plan("box"))
        await confirm(
            floor,
            report("in", "0", order_no="dough", lot="", consumed=(("FLOUR/F1", "9"),)),
            report("roll", order_no="roll", lot="R1", consumed=(("DOUGH/D1", "9"),)),
            report("box", order_no="box", lot="B1", consumed=(("BREAD/R1", "9"),)),
        )
        await put(floor, hold("FLOUR/F1"))
        await confirm(floor, report("out", order_no="dough", lot="D1"))
        for name in ("DOUGH/D1", "BREAD/R1", "BREAD/B1"):
            assert (await lot(floor, name)).holds == {"H1": 1}


class GenealogyContract:
    """Edges and traces."""

    async def test_named_and_loose_consumption(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(
            floor,
            report("1", consumed=(("FLOUR/F1", "5"),)),
            report("2", "0", lot="", consumed=(("SALT/S1", "1"),)),
            report("3", lot="L2", consumed=(("FLOUR/F2", "5"),)),
        )
        await confirm(floor, report("4", consumed=(("FLOUR/F1", "4"),)))
        await confirm(floor, report("5", "0", lot="", consumed=(("SALT/S2", "1"),)))
        assert await edges(floor) == [
            ("F1", "L1", "9 KGM"),
            ("F2", "L2", "5 KGM"),
            ("S1", "L1", "?"),
            ("S1", "L2", "?"),
            ("S2", "L1", "?"),
            ("S2", "L2", "?"),
        ]
        assert await family(floor, "FLOUR/F1", direction=Direction.FORWARD) == {
            "FLOUR/F1",
            "BREAD/L1",
        }
        back = await family(floor, "BREAD/L2", "NO/ONE", direction=Direction.BACKWARD)
        assert back == {"BREAD/L2", "FLOUR/F2", "SALT/S1", "SALT/S2"}

    async def test_each_lot_has_a_trace_of_its_own_nearest_first(self, floor: Floor) -> None:
        await create(floor, plan("a"), plan("b", item_no="TOAST"))
        await confirm(floor, report("1", order_no="a", consumed=(("FLOUR/F1", "5"),)))
        used = (("BREAD/L1", "5"), ("FLOUR/F1", "1"), ("SALT/S1", "1"))
        await confirm(floor, report("2", order_no="b", lot="T1", consumed=used))
        toast, flour, stranger = map(lot_key, ("TOAST/T1", "FLOUR/F1", "NO/ONE"))
        async with floor.work() as books:
            back = await trace_each(books, {toast, flour, stranger}, Direction.BACKWARD)
            ahead = await trace_each(books, {flour, stranger}, Direction.FORWARD)
            into = await books.genealogy.next_to({toast}, Direction.BACKWARD)
            out = await books.genealogy.next_to({flour, stranger}, Direction.FORWARD)
        assert [lot.lot_no for lot in back[toast]] == ["L1", "F1", "S1"]
        assert back[flour] == []
        assert {lot.lot_no for lot in ahead[flour]} == {"L1", "T1"}
        assert stranger not in back | ahead
        assert [edge.link.source.lot_no for edge in into] == ["L1", "F1", "S1"]
        assert [(edge.link.target.lot_no, str(edge.quantity)) for edge in out] == [
            ("L1", "5 KGM"),
            ("T1", "1 KGM"),
        ]

    async def test_no_lot_is_made_of_itself(self, floor: Floor) -> None:
        await create(floor, plan("a"), plan("b"))
        await confirm(floor, report("1", order_no="a", lot="A1", consumed=(("BREAD/B1", "1"),)))
        assert await refused(
            floor,
            report("2", order_no="a", lot="A2"),
            report("3", order_no="b", lot="B1", consumed=(("BREAD/A1", "1"),)),
        ) == ("lot_cycle", "confirmations[1].lot_no")
        itself = report("4", order_no="b", lot="B2", consumed=(("BREAD/B2", "1"),))
        assert (await refused(floor, itself))[0] == "lot_cycle"

    async def test_the_genealogy_rebuilds_from_confirmations(self, floor: Floor) -> None:
        await create(floor, *(plan(number) for number in ("a", "b", "c")))
        await confirm(
            floor,
            report("1", order_no="a", lot="A1", consumed=(("FLOUR/F1", "1"), ("SALT/S1", "1"))),
            report("2", "0", order_no="b", lot="", consumed=(("BREAD/A1", "0.5"),)),
            report("3", order_no="b", lot="B1"),
            report("4", order_no="c", lot="C1", consumed=(("BREAD/B1", "2"), ("BREAD/A1", "1"))),
        )
        await confirm(floor, report("5", "0", order_no="b", lot="", consumed=(("FLOUR/F1", "1"),)))
        live = await edges(floor)
        async with floor.work() as books:
            await books.genealogy.clear()
        assert await edges(floor) == []
        async with floor.work() as books:
            assert await rebuild_genealogy(books) == len(live)
        assert await edges(floor) == live

    async def test_a_snapshot_tells_orders_lots_and_confirmations(self, floor: Floor) -> None:
        await create(floor, *(plan(number) for number in "abcde"))
        await confirm(
            floor,
            report("1", order_no="a", lot="A2"),
            report("2", order_no="a", lot="A1"),
            report("3", "0", order_no="a", lot="A3", consumed=(("FLOUR/F1", "1"),)),
        )
        async with floor.work() as books:
            lots = (await lots_of_orders(books, [order_key("a")]))[order_key("a")]
            assert [one.key.lot_no for one in lots] == ["A1", "A2", "A3"]
            state = [
                type(fact)
                async for part in read_state(books, lambda key: key.order_no in "ae")
                for fact in part
            ]
        assert state == [
            WorkOrderCreated,
            LotProduced,
            LotProduced,
            *[OperationConfirmed] * 3,
            WorkOrderCreated,
        ]
