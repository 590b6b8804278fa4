"""Holds that name no lots: what falls under each, now and later."""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.kit.clock import Instant
from services.kit.errors import ConflictError
from services.kit.holds.scopes import list_scope_lots, listing_of_scope
from services.kit.paging import Page
from services.mes.domain.confirmation import Confirmation
from services.mes.domain.hold import Block, Hold, Restraint
from services.mes.domain.lot_operation import LotOperation, Merge, Receive, Ship, Split
from services.mes.domain.scope import Scope
from tests.unit.mes.reports import LYON, NOON, hold, kg, lot_key, order_key, part, plan, report
from tests.unit.mes.use_cases.steps import Floor, confirm, create, follow, lot, operate, put

SHIPPING = frozenset({Block.SHIP})
OVEN = "lyon/hall/oven"


def scope(hold_no: str = "S1", *, active: bool = True, version: int = 1, **covers: Any) -> Scope:
    """In Lyon, of an order if nothing else is said."""
    said = covers if covers.keys() - {"blocks"} else {"order_no": "4711", **covers}
    return Scope(hold_no, LYON, active, version, **said)


def at(hour: float) -> Instant:
    """By Lyon's clock, on the fourth of May from noon UTC on."""
    return Instant(NOON + timedelta(hours=hour), 120)


def baked(id: str, lot_no: str, hour: float, **changes: Any) -> Confirmation:
    """In the oven, of the order 4711."""
    told = {"equipment": f"{OVEN}/left", "occurred_at": at(hour), **changes}
    return replace(report(id, lot=lot_no), **told)


def mill(name: str, supplier: str = "MILL", supplier_lot: str = "M-7", **more: Any) -> Receive:
    """Ten kilograms."""
    return Receive(part(name, "10"), supplier=supplier, supplier_lot=supplier_lot, **more)


async def watch(floor: Floor, one: Scope) -> list[str]:
    """As process does: from now on, and what was there before; what that is."""
    async with floor.work() as books:
        await books.scopes.apply([one])
    found = await under(floor, one.hold_no, 200)
    lots = map(lot_key, found)
    await put(
        floor, *(Hold(one.hold_no, lot, one.active, one.version, blocks=one.blocks) for lot in lots)
    )
    return found


async def under(floor: Floor, hold_no: str = "S1", size: int = 1) -> list[str]:
    """What is listed, a lot a page if nothing else is said."""
    found, after = list[str](), None
    async with floor.work() as books:
        while True:
            page = Page(listing_of_scope("mes", LYON, hold_no), size, after)
            cut = await list_scope_lots(books.scopes, LYON, hold_no, page)
            found += [f"{one.item_no}/{one.lot_no}" for one in cut.rows]
            if not cut.has_more:
                return found
            after = cut.rows[-1][1:]


async def holds(floor: Floor, name: str) -> list[str]:
    """Their numbers."""
    return sorted((await lot(floor, name)).holds)


class ScopesContract:
    """Kinds of scopes, catching and letting go."""

    async def test_what_an_order_makes_is_held_before_and_after(self, floor: Floor) -> None:
        await create(floor, plan(), plan("4712"))
        await confirm(floor, report("a", lot="L1"), report("b", lot="X1", order_no="4712"))
        assert await watch(floor, scope()) == ["BREAD/L1"]
        await confirm(floor, report("c", lot="L2"), report("d", lot="X2", order_no="4712"))
        assert await under(floor) == ["BREAD/L1", "BREAD/L2"]
        for name in ("BREAD/L1", "BREAD/L2"):
            assert await holds(floor, name) == ["S1"]
        assert await holds(floor, "BREAD/X2") == []
        with pytest.raises(ConflictError, match="L2 is held by S1"):
            await operate(floor, Ship(part("BREAD/L2", "1"), "80001"))

    async def test_the_second_of_a_batch_does_not_use_what_the_first_made_under_a_scope(
        self, floor: Floor
    ) -> None:
        await create(floor, plan(), plan("4712"))
        await watch(floor, scope(blocks=frozenset({Block.CONSUME})))
        uses = report("b", lot="X1", order_no="4712", consumed=(("BREAD/L1", "1"),))
        with pytest.raises(ConflictError, match="L1 is held by S1") as caught:
            await confirm(floor, report("a", lot="L1"), uses)
        assert caught.value.field == "confirmations[1].consumed[0].lot_no"
        # What it does not block goes on, and passes on.
        await watch(floor, scope("S2", order_no="4712", blocks=SHIPPING))
        await confirm(floor, report("b", lot="X1", order_no="4712"))
        await operate(floor, Split(lot_key("BREAD/X1"), (part("BREAD/X2", "1"),)), id="split")
        assert (await lot(floor, "BREAD/X2")).holds == {"S2": Restraint(1, SHIPPING)}
        await watch(floor, scope("S3", party="MILL", supplier_lot="M-7"))
        with pytest.raises(ConflictError, match="M-1 is held by S3") as caught:
            await operate(floor, mill("FLOUR/M-1"), Ship(part("FLOUR/M-1", "1"), "80001"))
        assert caught.value.field == "operations[1].ship.lot.lot.lot_no"

    async def test_an_item_is_held_by_the_days_of_the_clock_where_it_was_made(
        self, floor: Floor
    ) -> None:
        await create(floor, plan())
        late = Instant(datetime(2026, 5, 3, 22, 30, tzinfo=UTC), 120)
        early = Instant(datetime(2026, 5, 3, 21, 30, tzinfo=UTC), 120)
        await confirm(
            floor,
            replace(report("a", lot="L1"), occurred_at=late),
            replace(report("b", lot="L2"), occurred_at=early),
        )
        await operate(floor, mill("BREAD/P1"), at=late)
        await operate(floor, mill("SALT/P1"), at=late)
        day = date(2026, 5, 4)
        covers: dict[str, Any] = {"item_no": "BREAD", "first_day": day, "last_day": day}
        assert await watch(floor, scope(**covers)) == ["BREAD/L1", "BREAD/P1"]
        # Yesterday's lot is today's as well.
        await confirm(floor, replace(report("c", lot="L2"), occurred_at=late))
        assert await holds(floor, "BREAD/L2") == ["S1"]
        tomorrow = Instant(late.moment + timedelta(days=1), 120)
        await confirm(floor, replace(report("d", lot="L3"), occurred_at=tomorrow))
        assert await holds(floor, "BREAD/L3") == []
        await watch(floor, scope("S2", item_no="BREAD", first_day=day + timedelta(days=1)))
        assert await holds(floor, "BREAD/L3") == ["S2"]

    async def test_what_was_made_on_a_machine_is_held_by_the_time(self, floor: Floor) -> None:
        await create(floor, plan())
        covers: dict[str, Any] = {
            "equipment": OVEN,
            "starts_at": at(1).moment,
            "ends_at": at(2).moment,
        }
        reports = [
            baked("before", "L0", 0.9),
            baked("first", "L1", 1),
            baked("last", "L2", 1.9),
            baked("after", "L3", 2),
            baked("long", "L4", 3, effort=replace(report("x").effort, started_at=at(1.5))),
            baked("over", "L5", 3, effort=replace(report("x").effort, ended_at=at(0.5))),
            baked("some time", "L6", 9, time_uncertain=True),
            baked("elsewhere", "L7", 1.5, equipment=f"{OVEN}2"),
        ]
        await confirm(floor, *reports)
        names = [f"BREAD/L{n}" for n in (1, 2, 4, 6)]
        assert await watch(floor, scope(**covers)) == names
        open_end: dict[str, Any] = {"equipment": OVEN, "starts_at": at(2).moment}
        await watch(floor, scope("S2", **open_end))
        await confirm(floor, baked("today", "L8", 8))
        assert await holds(floor, "BREAD/L8") == ["S2"]
        rework = LotOperation(
            "r", LYON, at(1.2), Merge((part("BREAD/L0", "1"),), lot_key("BREAD/R")), OVEN
        )
        await follow(floor, rework)
        assert await holds(floor, "BREAD/R") == ["S1"]

    async def test_a_report_without_a_lot_speaks_for_all_of_its_order(self, floor: Floor) -> None:
        """The dough was kneaded on the machine; the lot is made of it elsewhere."""
        await create(floor, plan(), plan("4712"))
        await confirm(floor, report("a", lot="L1"), report("x", lot="X1", order_no="4712"))
        covers: dict[str, Any] = {
            "equipment": OVEN,
            "starts_at": at(1).moment,
            "ends_at": at(2).moment,
        }
        assert await watch(floor, scope(**covers)) == []
        used = report("x", consumed=(("FLOUR/F1", "5"),)).consumed
        await confirm(floor, baked("k", "", 1.5, good=kg("0"), consumed=used))
        assert await holds(floor, "BREAD/L1") == ["S1"]
        await confirm(floor, report("b", lot="L2"))
        assert await holds(floor, "BREAD/L2") == ["S1"]
        assert await holds(floor, "BREAD/X1") == []

    async def test_a_suppliers_lot_is_held_whenever_it_comes(self, floor: Floor) -> None:
        await operate(
            floor, mill("FLOUR/F1"), mill("FLOUR/F2", "DAIRY"), mill("FLOUR/F3", "MILL", "M-8")
        )
        await operate(floor, mill("FLOUR/F4", "TRADER", manufacturer="MILL"))
        assert await watch(floor, scope(party="MILL", supplier_lot="M-7")) == [
            "FLOUR/F1",
            "FLOUR/F4",
        ]
        # Told to the warehouse alone; and a lot that was there comes under it, with what it became.
        await follow(floor, LotOperation("in", LYON, at(1), mill("FLOUR/F5")))
        assert await holds(floor, "FLOUR/F5") == ["S1"]
        await operate(floor, Receive(part("SALT/A", "10")))
        await operate(floor, Split(lot_key("SALT/A"), (part("SALT/B", "1"),)))
        await follow(floor, LotOperation("in2", LYON, at(1), mill("SALT/A")))
        assert [await holds(floor, name) for name in ("SALT/A", "SALT/B")] == [["S1"], ["S1"]]
        told = await floor.told()
        assert [one for one in told if "Caught" in one or "Inherited" in one] == [
            "lyon/FLOUR/F5 LotCaught",
            "lyon/SALT/A LotCaught",
            "lyon/SALT/B HoldsInherited",
        ]

    async def test_a_release_lets_go_what_it_held_and_nothing_else(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("a", lot="L1"))
        await watch(floor, scope())
        await put(floor, hold("BREAD/L1", hold_no="H1"))
        await confirm(floor, report("b", lot="L2"))
        # Nothing more falls under it; what is still held for it is listed, and let go.
        assert await watch(floor, scope(active=False, version=2)) == ["BREAD/L1", "BREAD/L2"]
        assert await under(floor) == []
        assert [await holds(floor, f"BREAD/L{n}") for n in (1, 2)] == [["H1"], []]
        await confirm(floor, report("c", lot="L3"), report("d", lot="L2"))
        assert [await holds(floor, f"BREAD/L{n}") for n in (2, 3)] == [[], []]
        # What comes late of before changes nothing.
        await watch(floor, scope())
        await confirm(floor, report("e", lot="L4"))
        assert await holds(floor, "BREAD/L4") == []

    async def test_who_was_there_before_is_told_in_the_orders_name(self, floor: Floor) -> None:
        """Before the confirmation that made it so; a lot that is born says it itself."""
        await create(floor, plan())
        await confirm(floor, baked("a", "L1", 0))
        known = len(await floor.told())
        await watch(floor, scope(equipment=OVEN, starts_at=at(1).moment))
        await confirm(floor, baked("b", "L1", 1), baked("c", "L2", 1))
        assert (await floor.told())[known:] == [
            "lyon/4711 LotCaught",
            "lyon/4711 OperationConfirmed",
            "lyon/4711 LotProduced",
            "lyon/4711 OperationConfirmed",
        ]
        async with floor.work() as books:
            assert await books.orders.holds([order_key()]) == {order_key(): ["S1"]}
