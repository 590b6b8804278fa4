"""What mes does with orders."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.application.command_work_orders import Step, command_work_orders
from services.mes.application.create_work_orders import create_work_orders
from services.mes.application.find import (
    list_lots,
    list_orders,
    listing_of_lots,
    listing_of_orders,
)
from services.mes.domain.lifecycle import Command, Lifecycle
from services.mes.domain.plan import Component
from tests.unit.mes.reports import LYON, kg, order_key, plan, report
from tests.unit.mes.use_cases.steps import START, Floor, command, confirm, create, refused


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

    async def test_an_order_is_closed_after_the_report_that_somebody_saw_last(
        self, floor: Floor
    ) -> None:
        await create(floor, plan())
        await confirm(floor, report("a"), report("b", final=True))

        async def close(seen: int) -> Lifecycle:
            async with floor.work() as books:
                step = Step(order_key(), Command.CLOSE, last_no=seen)
                (order,) = await command_work_orders(books, [step])
            return order.lifecycle

        for seen in (1, 3):
            with pytest.raises(ConflictError) as caught:
                await close(seen)
            assert (caught.value.code, caught.value.field) == (
                "order_changed",
                "commands[0].last_confirmation_no",
            )
        assert await close(2) is Lifecycle.CLOSED

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
