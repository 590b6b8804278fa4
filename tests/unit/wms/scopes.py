"""Holds that name no lots: stock that comes under one is held as it comes."""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.kit.clock import Instant
from services.kit.holds.scopes import list_scope_lots, listing_of_scope
from services.kit.paging import Page
from services.wms.domain.hold import Block, Hold
from services.wms.domain.movement import Movement
from services.wms.domain.rules import MovementType
from services.wms.domain.scope import Scope
from services.wms.domain.target import Target
from services.wms.domain.trade import Origin
from tests.unit.wms.moves import LYON, hold, issue, lot_key, move, produce, receive, take_back
from tests.unit.wms.use_cases import Warehouse, carry, put, refused

T = MovementType
MILL = Origin(supplier="MILL", supplier_lot="M-7")
DAY = date(2026, 5, 4)


def scope(hold_no: str = "S1", *, active: bool = True, version: int = 1, **covers: Any) -> Scope:
    """In Lyon; of the order 4711 if nothing else is said."""
    said = covers if covers.keys() - {"blocks"} else {"order_no": "4711", **covers}
    return Scope(hold_no, LYON, active, version, **said)


async def under(warehouse: Warehouse, hold_no: str = "S1", size: int = 1) -> list[str]:
    """What is listed, a lot a page if nothing else is said."""
    found, after = list[str](), None
    async with warehouse.work() as books:
        while True:
            page = Page(listing_of_scope("wms", LYON, hold_no), size, after)
            cut = await list_scope_lots(books.scopes, LYON, hold_no, page)
            found += [f"{one.item_no}/{one.lot_no}" for one in cut.rows]
            if not cut.has_more:
                return found
            after = cut.rows[-1][1:]


async def watch(warehouse: Warehouse, one: Scope) -> list[str]:
    """As process does: from now on, and what was there before; what that is."""
    async with warehouse.work() as books:
        await books.scopes.apply([one])
    found = await under(warehouse, one.hold_no, 200)
    holds = [
        Hold(one.hold_no, lot_key(name), one.active, one.version, one.blocks) for name in found
    ]
    await put(warehouse, *holds)
    return found


async def held(warehouse: Warehouse, *names: str) -> list[str]:
    """Of these."""
    async with warehouse.work() as books:
        found = await books.lots.holds([lot_key(name) for name in names])
    return [name for name in names if lot_key(name) in found]


def bought(reference: str, name: str, origin: Origin = MILL, **more: Any) -> Movement:
    """Of the mill."""
    return receive(reference, "10", name, origin=origin, **more)


class ScopesContract:
    """Catching, and letting go."""

    async def test_what_an_order_makes_is_held_before_and_after(self, warehouse: Warehouse) -> None:
        mine, other = produce("a"), produce("b", name="BREAD/B2", order_no="4712")
        wrong = produce("w", name="BREAD/B9")
        await carry(warehouse, mine, other, wrong, take_back("w-", wrong))
        back = move("back", T.RETURN_FROM_ORDER, "1", "FLOUR/F1")
        assert await watch(warehouse, scope()) == ["BREAD/B1"]
        late, by = produce("c", name="BREAD/B3"), move("d", T.RECEIPT_BYPRODUCT, "1", "SALT/S1")
        loose = move("e", T.RECEIPT_BYPRODUCT, "1", "ROLL/")
        await carry(warehouse, late, by, back, loose)
        names = "BREAD/B1", "BREAD/B2", "BREAD/B3", "SALT/S1", "FLOUR/F1", "ROLL/"
        assert await held(warehouse, *names) == ["BREAD/B1", "BREAD/B3", "SALT/S1"]
        assert await under(warehouse) == ["BREAD/B1", "BREAD/B3", "SALT/S1"]
        release = move("x", T.RELEASE_FROM_QUALITY, "1", "BREAD/B3")
        assert await refused(warehouse, release) == ("lot_held", "movements[0].stock.lot_no")

    async def test_an_item_is_held_by_the_days_of_the_clock_where_it_came(
        self, warehouse: Warehouse
    ) -> None:
        late = Instant(datetime(2026, 5, 3, 22, 30, tzinfo=UTC), 120)
        early = Instant(datetime(2026, 5, 3, 21, 30, tzinfo=UTC), 120)
        today, before = receive("a"), receive("b", name="FLOUR/F2")
        await carry(warehouse, replace(today, occurred_at=late), replace(before, occurred_at=early))
        covers: dict[str, Any] = {"item_no": "FLOUR", "first_day": DAY, "last_day": DAY}
        assert await watch(warehouse, scope(**covers)) == ["FLOUR/F1"]
        more, salt = receive("c", name="FLOUR/F3"), receive("d", name="SALT/F3")
        elsewhere = receive("e", name="FLOUR/F4", plant="oslo")
        await carry(warehouse, more, salt, elsewhere, issue("g", "1", "SALT/F3"))
        assert await held(warehouse, "FLOUR/F3", "SALT/F3", "FLOUR/F4") == ["FLOUR/F3"]
        await watch(warehouse, scope("S2", item_no="SALT", first_day=DAY))
        assert await held(warehouse, "SALT/F3") == ["SALT/F3"]

    @pytest.mark.parametrize("type", [T.RECEIPT_PURCHASE, T.RECEIPT_GR_BLOCKED, T.RECEIPT_VALUATED])
    async def test_a_suppliers_lot_is_held_whenever_it_comes(
        self, warehouse: Warehouse, type: MovementType
    ) -> None:
        def came(reference: str, name: str, origin: Origin) -> Movement:
            return move(reference, type, "10", name, origin=origin)

        trader = Origin(supplier="TRADER", manufacturer="MILL", supplier_lot="M-7")
        await carry(
            warehouse,
            came("a", "FLOUR/F1", MILL),
            came("b", "FLOUR/F2", trader),
            came("c", "FLOUR/F3", replace(MILL, supplier_lot="M-8")),
            came("d", "FLOUR/F4", replace(MILL, supplier="DAIRY")),
        )
        covers: dict[str, Any] = {"party": "MILL", "supplier_lot": "M-7"}
        assert await watch(warehouse, scope(**covers)) == ["FLOUR/F1", "FLOUR/F2"]
        await carry(warehouse, came("e", "FLOUR/F5", MILL), came("f", "FLOUR/F6", Origin()))
        assert await held(warehouse, "FLOUR/F5", "FLOUR/F6") == ["FLOUR/F5"]

    async def test_what_was_made_on_a_machine_is_no_business_of_stock(
        self, warehouse: Warehouse
    ) -> None:
        assert await watch(warehouse, Scope("S1", LYON, True, 1)) == []
        await carry(warehouse, bought("a", "FLOUR/F1"), produce("b"))
        assert await under(warehouse) == []

    async def test_nothing_of_a_batch_passes_what_comes_under_a_scope_in_it(
        self, warehouse: Warehouse
    ) -> None:
        await watch(warehouse, scope(party="MILL", supplier_lot="M-7"))
        batch = bought("a", "FLOUR/F1"), issue("b", "1", "FLOUR/F1")
        assert await refused(warehouse, *batch) == ("lot_held", "movements[1].stock.lot_no")
        # Nor what a lot has become that comes under it now.
        first = receive("c", name="FLOUR/F2")
        renamed = move("d", T.RELABEL, "5", "FLOUR/F2", to=Target(lot_no="F3"))
        await carry(warehouse, first, renamed)
        batch = bought("e", "FLOUR/F2"), issue("f", "1", "FLOUR/F3")
        assert await refused(warehouse, *batch) == ("lot_held", "movements[1].stock.lot_no")
        await carry(warehouse, batch[0])
        assert await held(warehouse, "FLOUR/F2", "FLOUR/F3") == ["FLOUR/F2", "FLOUR/F3"]

    async def test_what_becomes_of_a_held_lot_in_a_batch_is_held_in_it(
        self, warehouse: Warehouse
    ) -> None:
        await carry(warehouse, receive("a"))
        await put(warehouse, hold(blocks=[Block.CONSUME]))
        renamed = move("b", T.RELABEL, "5", to=Target(lot_no="F2"))
        batch = renamed, issue("c", "1", "FLOUR/F2")
        assert await refused(warehouse, *batch) == ("lot_held", "movements[1].stock.lot_no")

    async def test_a_release_lets_go_what_it_held_and_nothing_else(
        self, warehouse: Warehouse
    ) -> None:
        await watch(warehouse, scope())
        await carry(warehouse, produce("a"), produce("b", name="BREAD/B2"))
        await put(warehouse, hold("BREAD/B1"))
        found = await watch(warehouse, scope(active=False, version=2))
        assert found == ["BREAD/B1", "BREAD/B2"]
        assert await held(warehouse, *found) == ["BREAD/B1"]
        assert await under(warehouse) == []
        await watch(warehouse, scope())
        await carry(warehouse, produce("c", name="BREAD/B3"), produce("d", name="BREAD/B2"))
        assert await held(warehouse, "BREAD/B2", "BREAD/B3") == []
