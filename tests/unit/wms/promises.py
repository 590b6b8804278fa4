"""What is promised stays for whom it was promised.

A subclass gives the fixture `warehouse`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from decimal import Decimal
from typing import Any

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.wms.application.reserve_stock import (
    list_reservations,
    listing_of_reservations,
    release_reservations,
    reserve_stock,
)
from services.wms.domain.demand import Demand, Order, ReservationKey
from services.wms.domain.hold import Block
from services.wms.domain.rules import MovementType
from tests.unit.wms.moves import (
    BLOCKED,
    LYON,
    hold,
    issue,
    kg,
    lot_key,
    move,
    order_key,
    place,
    receive,
    take_back,
)
from tests.unit.wms.use_cases import Warehouse, carry, put, refused

T = MovementType
DELIVERY = "80001/10"


def ask(
    no: str = "R1",
    amount: str = "6",
    name: str = "FLOUR/F1",
    order_no: str = "4711",
    delivery_no: str = "",
) -> Order:
    """A reservation for 4711, in kilograms; "FLOUR/" is any lot."""
    lot = lot_key(name)
    demand = Demand("" if delivery_no else order_no, delivery_no)
    return Order(ReservationKey(LYON, no), demand, lot.item_no, lot.lot_no, kg(amount))


def sell(reference: str, amount: str, name: str = "FLOUR/F1", **changes: Any) -> Any:
    """To the delivery."""
    changes.setdefault("delivery_no", DELIVERY)
    return move(reference, T.ISSUE_TO_DELIVERY, amount, name, **changes)


async def reserve(warehouse: Warehouse, *orders: Order) -> list[str]:
    """State and parts of each, in words."""
    async with warehouse.work() as books:
        return [words(one) for one in await reserve_stock(books, orders)]


async def release(warehouse: Warehouse, *numbers: str) -> list[str]:
    """What is left of each is free."""
    async with warehouse.work() as books:
        keys = [ReservationKey(LYON, no) for no in numbers]
        return [words(one) for one in await release_reservations(books, keys)]


async def seen(warehouse: Warehouse, *numbers: str) -> list[str]:
    """As they are now."""
    async with warehouse.work() as books:
        found = await books.reservations.look([ReservationKey(LYON, no) for no in numbers])
    return [words(found[key]) for key in sorted(found)]


def words(one: Any) -> str:
    """ "open F1 6+0" is 6 promised and nothing consumed."""
    parts = (
        f"{place.lot.lot_no}{'@' if place.location else ''}{place.location} "
        f"{plain(part.open)}+{plain(part.consumed)}"
        for place, part in sorted(one.parts.items())
    )
    return f"{one.state} {', '.join(parts)}"


async def reserved(warehouse: Warehouse, name: str = "FLOUR/F1") -> str:
    """Of how much."""
    async with warehouse.work() as books:
        [one] = (await books.balances.of_lots([lot_key(name)]))[lot_key(name)]
    return f"{plain(one.reserved)} of {one.quantity}"


def plain(amount: Decimal) -> str:
    """To the last digit, without zeros behind it."""
    return Quantity(amount, "KGM").text


async def not_reserved(
    warehouse: Warehouse, *orders: Order, kind: type[DomainError] = ConflictError
) -> tuple[str, str]:
    """Code and field."""
    with pytest.raises(kind) as caught:
        await reserve(warehouse, *orders)
    return caught.value.code, caught.value.field


class PromisesContract:
    """Never more than is there, for nobody else, and back with what is taken back."""

    async def test_an_issue_consumes_what_is_promised_to_its_order(
        self, warehouse: Warehouse
    ) -> None:
        await carry(warehouse, receive("r1"))
        assert await reserve(warehouse, ask()) == ["open F1 6+0"]
        assert await reserved(warehouse) == "6 of 10 KGM"
        await carry(warehouse, issue("i1", "4"))
        assert await reserved(warehouse) == "2 of 6 KGM"
        assert await seen(warehouse, "R1") == ["open F1 2+4"]
        # What goes beyond the promise comes from what is free.
        await carry(warehouse, issue("i2", "3"))
        assert await seen(warehouse, "R1") == ["consumed F1 0+6"]
        assert await reserved(warehouse) == "0 of 3 KGM"
        told = [one for one in await warehouse.told() if one.startswith("reservation/")]
        assert told == [f"reservation/lyon/R1 {one}" for one in ("open", "open", "consumed")]

    async def test_no_digit_of_a_promise_is_lost(self, warehouse: Warehouse) -> None:
        """18 before the point and 12 behind it, where Decimal's own sums have 28."""
        most, half = "999999999999999999.999999999999", "499999999999999999.999999999999"
        rest, unit = "500000000000000000", "0.000000000001"
        await carry(warehouse, receive("r1", most))
        assert await reserve(warehouse, ask(amount=half)) == [f"open F1 {half}+0"]
        assert await not_reserved(warehouse, ask("R2", f"500000000000000000{unit[1:]}")) == (
            "not_available",
            "reservations[0].quantity.value",
        )
        assert await reserve(warehouse, ask("R2", rest, order_no="4712")) == [f"open F1 {rest}+0"]
        assert await reserved(warehouse) == f"{most} of {most} KGM"
        await carry(warehouse, issue("i1", unit), issue("i2", "1", order_no="4712"))
        left = "499999999999999999.999999999998", "499999999999999999"
        assert await seen(warehouse, "R1", "R2") == [
            f"open F1 {left[0]}+{unit}",
            f"open F1 {left[1]}+1",
        ]
        await carry(warehouse, take_back("b1", issue("i1", unit)))
        assert await seen(warehouse, "R1") == [f"open F1 {half}+0"]
        await release(warehouse, "R1", "R2")
        assert await reserved(warehouse) == f"0 of {most[:17]}8{most[18:]} KGM"

    async def test_what_is_promised_leaves_for_nobody_else(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"))
        await reserve(warehouse, ask(), ask("R2", "2", delivery_no=DELIVERY))
        taken = ("stock_reserved", "movements[0].quantity.value")
        for one in (
            issue("i1", "3", order_no="4712"),
            sell("d1", "5"),
            sell("d1", "3", delivery_no=""),
            move("s1", T.SCRAP, "3"),
            move("b1", T.BLOCK, "3"),
            move("c1", T.COUNT_ADJUST, "-3"),
        ):
            assert await refused(warehouse, one) == taken, one.type
        assert (await refused(warehouse, issue("i9", "11")))[0] == "insufficient_stock"
        with pytest.raises(ConflictError, match="has 10 KGM of FLOUR lot F1, unrestricted, of wh"):
            await carry(warehouse, issue("i1", "3", order_no="4712"))
        await carry(warehouse, issue("i1", "2", order_no="4712"), sell("d1", "2"), issue("i2", "6"))
        assert await seen(warehouse, "R1", "R2") == ["consumed F1 0+6", "consumed F1 0+2"]

    async def test_what_is_taken_back_is_promised_again(self, warehouse: Warehouse) -> None:
        gone = issue("i1", "7")
        await carry(warehouse, receive("r1"))
        await reserve(warehouse, ask("R1", "3"), ask("R2", "3"))
        await carry(warehouse, gone)
        assert await seen(warehouse, "R1", "R2") == ["consumed F1 0+3", "consumed F1 0+3"]
        await carry(warehouse, take_back("b1", gone))
        assert await seen(warehouse, "R1", "R2") == ["open F1 3+0", "open F1 3+0"]
        assert await reserved(warehouse) == "6 of 10 KGM"
        again = issue("i2", "2")
        await carry(warehouse, again, take_back("b2", again))
        assert await reserved(warehouse) == "6 of 10 KGM"
        # Nobody waits for what was released.
        await carry(warehouse, issue("i3", "3"))
        assert await release(warehouse, "R1", "R2") == ["released F1 0+3", "released F1 0+0"]
        await carry(warehouse, take_back("b3", issue("i3", "3")))
        assert await reserved(warehouse) == "0 of 10 KGM"
        assert await seen(warehouse, "R1") == ["released F1 0+0"]

    async def test_what_ran_ahead_is_promised_again_as_far_as_it_is_there(
        self, warehouse: Warehouse
    ) -> None:
        await carry(warehouse, receive("r1", "5"))
        await reserve(warehouse, ask("R1", "5"))
        promised = issue("i1", "5")
        await carry(warehouse, promised)
        await carry(warehouse, issue("i2", "4", order_no="4712"), lenient=[LYON])
        await carry(warehouse, take_back("b1", promised))
        assert await reserved(warehouse) == "1 of 1 KGM"
        assert await seen(warehouse, "R1") == ["open F1 1+0"]
        # A promise is kept also where issues may run ahead.
        with pytest.raises(ConflictError) as caught:
            await carry(warehouse, issue("i3", "1", order_no="4712"), lenient=[LYON])
        assert caught.value.code == "stock_reserved"

    async def test_an_item_is_reserved_in_lots_that_are_free(self, warehouse: Warehouse) -> None:
        await carry(
            warehouse,
            *(receive(f"r{n}", "4", f"FLOUR/F{n}") for n in (3, 1, 2)),
            receive("r4", "4", "FLOUR/F4", status=BLOCKED),
            receive("r5", "4", "FLOUR/F5", owner="MILL"),
            receive("r6", "4", "FLOUR/F6", location="A-01"),
            receive("s1", "4", "SALT/"),
        )
        await put(warehouse, hold("FLOUR/F2", blocks=[Block.CONSUME]))
        assert await reserve(warehouse, ask("R1", "9", "FLOUR/")) == [
            "open F1 4+0, F3 4+0, F6@A-01 1+0"
        ]
        # Held for orders, not for deliveries.
        assert await reserve(warehouse, ask("R2", "5", "FLOUR/", delivery_no=DELIVERY)) == [
            "open F2 4+0, F6@A-01 1+0"
        ]
        assert await reserve(warehouse, ask("R3", "3", "SALT/")) == ["open  3+0"]
        short = ("not_available", "reservations[1].quantity.value")
        assert await not_reserved(warehouse, ask("R4", "2", "FLOUR/"), ask("R5", "1")) == short
        assert await seen(warehouse, "R4", "R5") == []
        assert await not_reserved(warehouse, ask("R6", "5", "FLOUR/F9")) == (
            "not_available",
            "reservations[0].quantity.value",
        )

    async def test_the_same_reservation_is_made_once(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"))
        twice = await reserve(warehouse, ask(), ask())
        assert twice == ["open F1 6+0"] * 2
        assert await reserve(warehouse, ask()) == twice[:1]
        assert await reserved(warehouse) == "6 of 10 KGM"
        differs = ("reservation_differs", "reservations[0].key.reservation_no")
        assert await not_reserved(warehouse, ask(amount="5")) == differs
        for bad, field in (
            (dict(order_no=""), "order_no"),
            (dict(amount="0"), "quantity.value"),
        ):
            with pytest.raises(InvalidError) as caught:
                ask(**bad)
            assert caught.value.field == field

    async def test_a_release_is_repeated_without_effect(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"))
        await reserve(warehouse, ask())
        assert await release(warehouse, "R1") == await release(warehouse, "R1")
        assert await reserved(warehouse) == "0 of 10 KGM"
        with pytest.raises(NotFoundError) as caught:
            await release(warehouse, "R1", "R9")
        assert caught.value.field == "keys[1].reservation_no"
        await carry(warehouse, issue("i1", order_no="4712"))

    async def test_a_held_lot_is_not_promised_and_a_promise_passes_no_hold(
        self, warehouse: Warehouse
    ) -> None:
        await carry(warehouse, receive("r1"))
        await reserve(warehouse, ask("R1", "4"))
        await put(warehouse, hold())
        assert (await not_reserved(warehouse, ask("R2", "1")))[0] == "not_available"
        assert (await refused(warehouse, issue("i1", "1")))[0] == "lot_held"
        assert await seen(warehouse, "R1") == ["open F1 4+0"]

    async def test_they_are_found_by_order_and_in_pages(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"))
        await reserve(
            warehouse,
            *(ask(f"R{n}", "1") for n in range(3)),
            ask("R3", "1", order_no="4712"),
            ask("R4", "1", delivery_no=DELIVERY),
        )
        async with warehouse.work() as books:

            async def numbers(demand: Demand, cursor: str = "") -> list[str]:
                page = Page.read(listing_of_reservations(LYON, demand), 2, cursor)
                cut = await list_reservations(books, LYON, demand, page)
                more = await numbers(demand, cut.end_cursor) if cut.has_more else []
                return [one.key.no for one in cut.rows] + more

            assert await numbers(Demand()) == ["R0", "R1", "R2", "R3", "R4"]
            assert await numbers(Demand("4711")) == ["R0", "R1", "R2"]
            assert await numbers(Demand("", DELIVERY)) == ["R4"]
            found = await books.reservations.of_orders([order_key(), order_key("4712")])
            keys = await books.reservations.touching([place()], [])
        assert [len(found[order_key(no)]) for no in ("4711", "4712")] == [3, 1]
        assert len(keys) == 5
