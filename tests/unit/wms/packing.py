"""Handling units and what is in them go together.

A subclass gives the fixture `warehouse`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from typing import Any

import pytest

from services.kit.clock import Instant
from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.kit.paging import Page
from services.wms.application import build_units
from services.wms.application.command_units import Order, command_units
from services.wms.application.read_units import list_units, listing_of_units, look_up_units
from services.wms.domain.handling_unit import Command
from services.wms.domain.keys import Reference
from services.wms.domain.movement import Movement
from services.wms.domain.rules import MovementType
from services.wms.domain.sscc import check_sscc, make_sscc
from services.wms.domain.target import Target
from services.wms.domain.trade import Destination
from tests.unit.wms.moves import (
    BOX,
    CRATE,
    LYON,
    NOON,
    PALLET,
    QUALITY,
    hold,
    move,
    receive,
    take_back,
    transfer,
)
from tests.unit.wms.use_cases import Warehouse, build, carry, put, refused, stock

T, C = MovementType, Command
PREFIX = "3401234"


def tell(command: Command, sscc: str = PALLET, **said: Any) -> Order:
    """One command."""
    said.setdefault("reference", f"{command} {sscc}")
    return Order(sscc, command, occurred_at=Instant(NOON, 120), **said)


def pack(reference: str, amount: str, sscc: str, **changes: Any) -> Movement:
    """Flour into a unit."""
    return move(reference, T.PACK, amount, to=Target(hu=sscc), **changes)


async def command(warehouse: Warehouse, *orders: Order) -> list[str]:
    """State and place of each unit."""
    async with warehouse.work() as books:
        packed = await command_units(books, orders)
    return [f"{one.unit.state} {one.unit.plant}:{one.unit.location}" for one in packed]


async def inside(warehouse: Warehouse, sscc: str) -> list[str]:
    """What is in it, in words."""
    async with warehouse.work() as books:
        found = (await look_up_units(books, [sscc]))[sscc]
    return [f"{one.quantity.text} {one.place}" for one in found.contents]


async def not_done(
    warehouse: Warehouse, *orders: Order, kind: type[DomainError] = ConflictError
) -> tuple[str, str]:
    """Code and field."""
    with pytest.raises(kind) as caught:
        await command(warehouse, *orders)
    return caught.value.code, caught.value.field


@pytest.fixture
async def packed(warehouse: Warehouse) -> Warehouse:
    """4 kg of flour in a box, 3 in a crate; the box on a pallet, 3 kg loose."""
    await build(warehouse, BOX, CRATE, PALLET)
    await carry(warehouse, receive("r1"), pack("p1", "4", BOX), pack("p2", "3", CRATE))
    await command(warehouse, tell(C.NEST, BOX, parent=PALLET))
    return warehouse


class PackingContract:
    """An SSCC is a place."""

    async def test_ssccs_are_given_from_the_plants_prefix(self, warehouse: Warehouse) -> None:
        async with warehouse.work() as books:
            wanted = [build_units.Order("", LYON, "", "PX")] * 3
            made = await build_units.build_units(books, wanted, {LYON: PREFIX})
        numbers = [one.unit.sscc for one in made]
        assert numbers == [make_sscc(PREFIX, serial) for serial in (1, 2, 3)]
        for sscc in numbers:
            check_sscc(sscc, "")
        with pytest.raises(InvalidError) as caught:
            await build(warehouse, BOX, "")
        assert (caught.value.code, caught.value.field) == ("no_prefix", "units[1].sscc")
        with pytest.raises(ConflictError) as twice:
            await build(warehouse, BOX, numbers[0])
        assert twice.value.field == "units[1].sscc"
        with pytest.raises(ConflictError):
            await build(warehouse, BOX, BOX)
        with pytest.raises(InvalidError, match="is no SSCC"):
            await build(warehouse, BOX[:-1] + "1")
        async with warehouse.work() as books:
            order = build_units.Order(BOX, LYON, "", "pallet")
            with pytest.raises(InvalidError, match="no package code"):
                await build_units.build_units(books, [order], {})

    async def test_what_is_packed_is_stock_in_a_unit(self, packed: Warehouse) -> None:
        assert await stock(packed, "FLOUR/F1") == [
            "3 FLOUR lot F1, unrestricted",
            f"4 FLOUR lot F1, unrestricted in {BOX}",
            f"3 FLOUR lot F1, unrestricted in {CRATE}",
        ]
        await carry(packed, move("u1", T.UNPACK, "1", hu=BOX))
        assert await inside(packed, BOX) == [f"3 FLOUR lot F1, unrestricted in {BOX}"]

    async def test_nothing_leaves_its_unit_behind(self, packed: Warehouse) -> None:
        field = "movements[0].stock.handling_unit"
        assert await refused(packed, transfer("t1", "1", hu=BOX)) == ("packed", field)
        away = move("t2", T.TRANSFER_PLANT, "1", hu=BOX, to=Target(plant="oslo"))
        assert await refused(packed, away) == ("packed", field)
        assert await refused(packed, receive("r2", hu=BOX, location="A")) == ("elsewhere", field)
        unknown = move("p9", T.PACK, "1", to=Target(hu="106141411234567880"))
        assert await refused(packed, unknown, kind=NotFoundError) == (
            "unknown_handling_unit",
            "movements[0].to.handling_unit",
        )
        # In a unit it may be issued, scrapped, released: the unit stays where it is.
        await carry(packed, move("s1", T.SCRAP, "1", hu=BOX))

    async def test_a_unit_moves_with_all_that_is_nested_in_it(self, packed: Warehouse) -> None:
        assert await command(packed, tell(C.MOVE, to_location="A-01")) == ["built lyon:A-01"]
        assert await inside(packed, BOX) == [f"4 FLOUR lot F1, unrestricted at A-01 in {BOX}"]
        assert await inside(packed, CRATE) == [f"3 FLOUR lot F1, unrestricted in {CRATE}"]
        assert await not_done(packed, tell(C.MOVE, BOX)) == ("nested", "commands[0].sscc")
        assert await not_done(packed, tell(C.NEST, CRATE, parent=PALLET)) == (
            "elsewhere",
            "commands[0].parent",
        )
        told = [one for one in await packed.told() if "hu/" in one][-2:]
        assert sorted(told) == sorted([f"hu/{BOX} built", f"hu/{PALLET} built"])

    async def test_units_are_nested_without_circles(self, packed: Warehouse) -> None:
        circle = ("circular_nesting", "commands[0].parent")
        assert await not_done(packed, tell(C.NEST, PALLET, parent=BOX)) == circle
        assert await not_done(packed, tell(C.NEST, PALLET, parent=PALLET)) == circle
        missing = await not_done(
            packed, tell(C.NEST, CRATE, parent="106141411234567880"), kind=NotFoundError
        )
        assert missing == ("unknown_handling_unit", "commands[0].parent")
        await command(packed, tell(C.NEST, CRATE, parent=BOX), tell(C.NEST, BOX))
        await command(packed, tell(C.STAGE, PALLET))
        assert await not_done(packed, tell(C.NEST, BOX, parent=PALLET)) == (
            "wrong_state",
            "commands[0].parent",
        )

    async def test_a_delivery_takes_the_unit_and_its_contents(self, packed: Warehouse) -> None:
        way = [tell(C.STAGE), tell(C.UNSTAGE), tell(C.STAGE), tell(C.LOAD), tell(C.UNLOAD)]
        await command(packed, *way, tell(C.LOAD))
        customer = Destination("T-9", "ACME", "S-1")
        ship = tell(C.SHIP, delivery_no="80001/10", destination=customer)
        assert await command(packed, ship) == ["shipped lyon:"]
        async with packed.work() as books:
            moved = Reference(LYON, f"{ship.reference}/{BOX}/1")
            assert (await books.movements.find([moved]))[moved].destination == customer
        assert await stock(packed, "FLOUR/F1") == [
            "3 FLOUR lot F1, unrestricted",
            f"3 FLOUR lot F1, unrestricted in {CRATE}",
        ]
        assert await inside(packed, BOX) == [f"4 FLOUR lot F1, unrestricted in {BOX}"]
        assert await not_done(packed, tell(C.RECEIVE)) == ("not_in_transit", "commands[0].command")
        assert (await refused(packed, receive("r9", hu=BOX)))[0] == "unit_closed"
        assert await not_done(packed, ship) == ("wrong_state", "commands[0].command")

    async def test_a_unit_goes_to_another_plant(self, packed: Warehouse) -> None:
        await command(packed, tell(C.STAGE), tell(C.LOAD), tell(C.SHIP, to_plant="oslo"))
        async with packed.work() as books:
            [found] = (await look_up_units(books, [BOX]))[BOX].contents
        assert (found.place.lot.plant, found.place.status) == ("oslo", "in_transit")
        received = await command(packed, tell(C.RECEIVE, to_location="D-01"))
        assert received == ["received oslo:D-01"]
        assert await inside(packed, BOX) == [f"4 FLOUR lot F1, unrestricted at D-01 in {BOX}"]

    async def test_what_may_not_leave_keeps_its_unit(self, packed: Warehouse) -> None:
        await carry(packed, receive("q1", "1", status=QUALITY, hu=BOX))
        ship = tell(C.SHIP, delivery_no="80001/10")
        await command(packed, tell(C.STAGE), tell(C.LOAD))
        assert await not_done(packed, ship) == ("not_unrestricted", "commands[0].sscc")
        await carry(packed, move("q2", T.RELEASE_FROM_QUALITY, "1", hu=BOX))
        await put(packed, hold())
        assert (await not_done(packed, ship))[0] == "lot_held"
        await put(packed, hold(version=2, active=False))
        assert await command(packed, ship) == ["shipped lyon:"]

    async def test_a_unit_ends_empty(self, packed: Warehouse) -> None:
        full = ("not_empty", "commands[0].sscc")
        assert await not_done(packed, tell(C.EMPTY, CRATE)) == full
        assert await not_done(packed, tell(C.EMPTY, PALLET)) == full
        received = pack("p2", "3", CRATE)
        await carry(packed, take_back("b1", received))
        await command(packed, tell(C.EMPTY, CRATE))
        assert (await refused(packed, pack("p3", "1", CRATE)))[0] == "unit_closed"
        # A replay asks nothing of the unit.
        assert await carry(packed, received) == [True]
        unknown = tell(C.EMPTY, "106141411234567880")
        assert await not_done(packed, unknown, kind=NotFoundError) == (
            "unknown_handling_unit",
            "commands[0].sscc",
        )
        for said in ({}, {"delivery_no": "1", "to_plant": "oslo"}):
            with pytest.raises(InvalidError, match="shipped to a delivery or to a plant"):
                tell(C.SHIP, **said)
        with pytest.raises(InvalidError):
            tell(C.MOVE, to_plant="oslo")
        with pytest.raises(InvalidError, match="goes to a customer") as caught:
            tell(C.SHIP, to_plant="oslo", destination=Destination("T-9"))
        assert caught.value.field == "shipped_to"

    async def test_units_are_listed_in_pages(self, packed: Warehouse) -> None:
        async with packed.work() as books:

            async def numbers(cursor: str = "") -> list[str]:
                page = Page.read(listing_of_units(LYON), 2, cursor)
                cut = await list_units(books, LYON, page)
                more = await numbers(cut.end_cursor) if cut.has_more else []
                return [one.unit.sscc for one in cut.rows] + more

            assert await numbers() == [BOX, CRATE, PALLET]
            assert await look_up_units(books, []) == {}
