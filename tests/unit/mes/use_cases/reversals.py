"""What mes does with reversals, returns, backflush and the names of operators."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from decimal import Decimal

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.application.confirm_operations import Result
from services.mes.application.find import (
    list_confirmations,
    listing_of_confirmations,
    operators,
)
from services.mes.application.reverse_confirmations import reverse_confirmations
from services.mes.application.snapshot import read_state
from services.mes.domain.backflush import Coverage
from services.mes.domain.confirmation import Booked, Confirmation, Consumption
from services.mes.domain.effort import Effort
from services.mes.domain.keys import BookedKey
from services.mes.domain.lifecycle import Command, Lifecycle
from services.mes.domain.order import WorkOrder
from services.mes.domain.plan import Component
from services.mes.domain.reversal import Reversal
from tests.unit.mes.reports import AT, hold, kg, order_key, plan, report
from tests.unit.mes.use_cases.steps import Floor, command, confirm, create, edges, lot, put, refused

MINUTES = Quantity(Decimal("12.5"), "MIN")


def back(no: int, id: str = "", *, order_no: str = "4711", reason: str = "miscounted") -> Reversal:
    """Of a number."""
    return Reversal(id or f"back-{no}", order_key(order_no), no, reason, AT)


async def reverse(floor: Floor, *given: Reversal) -> list[Result]:
    """One batch."""
    async with floor.work() as books:
        return await reverse_confirmations(books, given, "ada")


async def refused_reversal(
    floor: Floor, *given: Reversal, kind: type[DomainError] = ConflictError
) -> tuple[str, str]:
    """Code and field; nothing is told."""
    told = await floor.told()
    with pytest.raises(kind) as caught:
        await reverse(floor, *given)
    assert await floor.told() == told
    return caught.value.code, caught.value.field


async def order_of(floor: Floor, order_no: str = "4711") -> WorkOrder:
    """As it is now."""
    async with floor.work() as books:
        return (await books.orders.get([order_key(order_no)]))[order_key(order_no)]


async def booked(floor: Floor) -> list[Booked]:
    """By number."""
    async with floor.work() as books:
        return (await books.confirmations.of_orders([order_key()]))[order_key()]


def returning(id: str, name: str, amount: str) -> Confirmation:
    """Nothing but material that goes back, "FLOUR/F1"."""
    item_no, lot_no = name.split("/")
    back_to_stock = (Consumption(item_no, lot_no, kg(amount)),)
    return replace(report(id, "0", lot=""), returned=back_to_stock)


class ReversalsContract:
    """Taking back."""

    async def test_a_reversal_takes_everything_back_and_deletes_nothing(self, floor: Floor) -> None:
        await create(floor, plan())
        made = report(
            "a", "10", scrap="2", rework="1", consumed=(("FLOUR/F1", "9"), ("SALT/", "1"))
        )
        await confirm(floor, made, report("b", "5", consumed=(("FLOUR/F2", "4"),)))
        told = len(await floor.told())
        assert await reverse(floor, back(1)) == [Result("back-1", 3, False)]
        order = await order_of(floor)
        assert (order.good, order.scrap, order.rework) == (kg("5"), kg("0"), kg("0"))
        assert (order.last_no, order.steps[20].good) == (3, kg("5"))
        assert (await lot(floor, "BREAD/L1")).produced == kg("5")
        assert await edges(floor) == [("F2", "L1", "4 KGM")]
        assert (await floor.told())[told:] == ["lyon/4711 ConfirmationReversed"]
        first, _, third = await booked(floor)
        assert (first.report, first.reversed_by) == (made.at(20), 3)
        assert (third.reverses, third.reason, third.report.good) == (1, "miscounted", kg("-10"))
        assert third.report.consumed[0].quantity == kg("-9")

    async def test_repeated_it_changes_nothing(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("a"))
        await reverse(floor, back(1))
        told = await floor.told()
        assert await reverse(floor, back(1), back(1)) == [Result("back-1", 2, True)] * 2
        assert await floor.told() == told
        assert await refused_reversal(floor, back(1, reason="other")) == (
            "confirmation_differs",
            "reversals[0].id",
        )
        assert await refused(floor, report("back-1")) == (
            "confirmation_differs",
            "confirmations[0].id",
        )

    async def test_once_each_and_all_or_none(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("a"), report("b"))
        assert await refused_reversal(floor, back(1), back(1, "again")) == (
            "wrong_state",
            "reversals[1].reverses.confirmation_no",
        )
        assert (await order_of(floor)).good == kg("20")
        await reverse(floor, back(1))
        for no, code in ((1, "wrong_state"), (3, "not_reversible")):
            field = "reversals[0].reverses.confirmation_no"
            assert await refused_reversal(floor, back(no, "x")) == (code, field)
        assert await refused_reversal(floor, back(9), kind=NotFoundError) == (
            "unknown_confirmation",
            "reversals[0].reverses.confirmation_no",
        )
        assert await refused_reversal(floor, back(1, "y", order_no="0"), kind=NotFoundError) == (
            "unknown_order",
            "reversals[0].reverses.order.order_no",
        )

    async def test_what_the_final_report_closed_is_open_again(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("a", final=True))
        await reverse(floor, back(1))
        order = await order_of(floor)
        assert (order.ended, order.lifecycle) == (set(), Lifecycle.COMPLETED)
        assert await confirm(floor, report("b", "9", final=True)) == [Result("b", 3, False)]
        await command(floor, "4711", Command.CLOSE)
        assert await refused_reversal(floor, back(3)) == (
            "wrong_state",
            "reversals[0].reverses.order",
        )

    async def test_a_yield_that_was_used_is_not_taken_back_before_its_use(
        self, floor: Floor
    ) -> None:
        await create(floor, plan(), plan("4712", item_no="ROLL"))
        await confirm(floor, report("a", "10"), report("b", "3"))
        use = report("u", order_no="4712", lot="R1", consumed=(("BREAD/L1", "4"),))
        await confirm(floor, use)
        assert await reverse(floor, back(2)) == [Result("back-2", 3, False)]
        assert await refused_reversal(floor, back(1)) == (
            "lot_used",
            "reversals[0].reverses.confirmation_no",
        )
        await put(floor, hold("ROLL/R1"), hold("BREAD/L1"))
        in_turn = (back(1, "u-back", order_no="4712"), back(1))
        assert len(await reverse(floor, *in_turn)) == 2
        assert (await lot(floor, "BREAD/L1")).produced == kg("0")
        assert (await lot(floor, "ROLL/R1")).produced == kg("0")
        assert await edges(floor) == []

    async def test_loose_material_of_a_reversed_report_is_in_no_lot_any_more(
        self, floor: Floor
    ) -> None:
        await create(floor, plan())
        await confirm(floor, report("a", "0", lot="", consumed=(("FLOUR/F1", "9"),)))
        await confirm(floor, report("b"))
        assert await edges(floor) == [("F1", "L1", "?")]
        await reverse(floor, back(1))
        await confirm(floor, report("c", lot="L2"))
        assert await edges(floor) == []


class MaterialContract:
    """Returns and backflush."""

    async def test_no_more_is_returned_than_the_order_has(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("a", consumed=(("FLOUR/F1", "9"), ("SALT/", "1"))))
        over = (returning("r", "FLOUR/F1", "5"), returning("s", "FLOUR/F1", "4.001"))
        assert await refused(floor, *over, kind=InvalidError) == (
            "over_returned",
            "confirmations[1].returned[0].quantity.value",
        )
        unknown = returning("r", "FLOUR/F2", "1")
        assert await refused(floor, unknown, kind=InvalidError) == (
            "over_returned",
            "confirmations[0].returned[0].quantity.value",
        )
        more = report("m", consumed=(("FLOUR/F1", "1"),))
        await confirm(floor, more, returning("r", "FLOUR/F1", "10"), returning("s", "SALT/", "1"))
        async with floor.work() as books:
            left = (await books.confirmations.balance([order_key()]))[order_key()]
        assert {one.value for one in left.values()} == {Decimal(0)}
        assert (await lot(floor, "FLOUR/F1")).spent == kg("0")
        assert (await booked(floor))[2].report.returned[0].quantity == kg("10")
        assert await refused_reversal(floor, back(1)) == (
            "returned_meanwhile",
            "reversals[0].reverses.confirmation_no",
        )
        assert len(await reverse(floor, back(3), back(4), back(1))) == 3

    async def test_what_is_made_consumes_its_share_by_itself(self, floor: Floor) -> None:
        flour = Component(10, "FLOUR", kg("60"), backflush=True, lot_no="F1")
        wanted = replace(plan(ordered="70"), components=(flour,))
        await create(floor, wanted)
        first = report("a", "10")
        assert await confirm(floor, first, first) == [Result("a", 1, False), Result("a", 1, True)]
        [one] = (await booked(floor))[0].report.consumed
        assert one == Consumption("FLOUR", "F1", kg("8.571"), backflushed=True)
        assert await edges(floor) == [("F1", "L1", "8.571 KGM")]
        await confirm(floor, report("b", "20"), report("c", "40", final=True))
        async with floor.work() as books:
            left = (await books.confirmations.balance([order_key()]))[order_key()]
        assert list(left.values()) == [kg("60")]
        assert (await order_of(floor)).covered == {0: Coverage(kg("70"), kg("60"))}
        await reverse(floor, back(2))
        assert (await order_of(floor)).covered[0].output == kg("50")
        await put(floor, hold("FLOUR/F1"))
        assert await refused(floor, report("d", "1", operation=20)) == (
            "operation_ended",
            "confirmations[0].operation_sequence",
        )

    async def test_backflush_takes_nothing_from_a_held_lot(self, floor: Floor) -> None:
        flour = Component(10, "FLOUR", kg("60"), backflush=True, lot_no="F1")
        await create(floor, replace(plan(), components=(flour,)))
        await put(floor, hold("FLOUR/F1"))
        assert await refused(floor, report("a")) == (
            "lot_held",
            "confirmations[0].consumed[0].lot_no",
        )


class EffortContract:
    """Times and people."""

    async def test_an_operator_is_kept_apart_from_what_they_did(self, floor: Floor) -> None:
        await create(floor, plan())
        effort = Effort(MINUTES, MINUTES, AT, AT, "A. Miller")
        named = replace(report("a"), effort=effort)
        assert await confirm(floor, named) == [Result("a", 1, False)]
        assert await confirm(floor, named) == [Result("a", 1, True)]
        await confirm(floor, replace(named, id="b"), report("c"))
        first, second, third = await booked(floor)
        hidden = first.report.effort.operator
        assert hidden
        assert "Miller" not in hidden
        assert second.report.effort == first.report.effort == replace(effort, operator=hidden)
        assert third.report.effort.operator == ""
        async with floor.work() as books:
            assert await operators(books, [first, third]) == {first.report.key: "A. Miller"}
        other = replace(named, effort=replace(effort, operator="B. Miller"))
        assert await refused(floor, other) == ("confirmation_differs", "confirmations[0].id")
        await reverse(floor, back(1))
        taken = (await booked(floor))[3].report.effort
        assert (taken.labour, taken.operator) == (-MINUTES, "")

    async def test_confirmations_are_read_by_number_and_by_page(self, floor: Floor) -> None:
        await create(floor, plan(operations=(10, 20)))
        await confirm(floor, *(report(f"c{n}", "1") for n in range(5)))
        await reverse(floor, back(2))
        wanted = [BookedKey(order_key(), no) for no in (2, 6, 7)]
        async with floor.work() as books:
            found = await books.confirmations.numbered(wanted)
            assert [(found[key].reverses, found[key].reversed_by) for key in wanted[:2]] == [
                (0, 6),
                (2, 0),
            ]
            listing = listing_of_confirmations(order_key())
            first = await list_confirmations(books, order_key(), Page(listing, 4))
            assert [one.no for one in first.rows] == [1, 2, 3, 4]
            rest = await list_confirmations(books, order_key(), Page(listing, 4, (4,)))
            assert [one.no for one in rest.rows] == [5, 6]
            newest = await books.confirmations.latest([order_key(), order_key("0")], 2)
            assert {key: [one.no for one in of] for key, of in newest.items()} == {
                order_key(): [6, 5]
            }

    async def test_a_snapshot_tells_what_was_taken_back(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("a"))
        await reverse(floor, back(1))
        async with floor.work() as books:
            facts = [fact async for part in read_state(books, lambda key: True) for fact in part]
        assert [type(fact).__name__ for fact in facts][-2:] == [
            "OperationConfirmed",
            "ConfirmationReversed",
        ]
