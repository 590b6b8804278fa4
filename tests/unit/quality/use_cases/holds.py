"""Holds, and what is said of lots."""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace

from services.kit.errors import InvalidError, NotFoundError
from services.kit.paging import Page
from services.quality.application.find import (
    holds_of_orders,
    inspections_of_orders,
    list_hold_lots,
    list_holds,
    listing_of_holds,
    listing_of_lots,
    lot_quality,
)
from services.quality.domain.hold import Block, HoldOrder
from services.quality.domain.hold import State as HoldState
from services.quality.domain.keys import LotKey, OrderKey
from services.quality.domain.status import LotStatus
from tests.unit.quality.samples import (
    BREAD,
    LYON,
    WATER,
    applied,
    hold,
    lot_key,
    output,
)
from tests.unit.quality.use_cases.steps import (
    Laboratory,
    introduce,
    opened,
    place,
    refused,
    release,
    report,
    status,
    submit,
)


class HoldsContract:
    """Placing, reporting, releasing."""

    async def test_a_hold_comes_into_force_and_goes(self, laboratory: Laboratory) -> None:
        order = replace(hold(), blocks=(Block.SHIP, Block.MOVE, Block.SHIP))
        [placed] = await place(laboratory, order)
        assert placed.order.blocks == (Block.MOVE, Block.SHIP)
        assert (placed.state, placed.version, placed.covered) == (HoldState.BEING_APPLIED, 1, 1)
        assert await status(laboratory) is LotStatus.BLOCKED
        [partly] = await report(laboratory, applied("CAKE/C1", complete=False))
        assert (partly.state, partly.covered) == (HoldState.BEING_APPLIED, 2)
        [in_force] = await report(laboratory, applied("CAKE/C1", "CAKE/C2"))
        assert (in_force.state, in_force.covered) == (HoldState.IN_FORCE, 3)
        assert await status(laboratory, "CAKE/C2") is LotStatus.BLOCKED
        [ending] = await release(laboratory, "H1")
        assert (ending.state, ending.version) == (HoldState.BEING_LIFTED, 2)
        assert ending.release
        assert (ending.release.reason, ending.release.by) == ("false alarm", "inspector")
        assert await status(laboratory) is LotStatus.BLOCKED
        [lifted] = await report(laboratory, applied(version=2))
        assert lifted.state is HoldState.LIFTED
        assert await status(laboratory) is LotStatus.CREATED
        async with laboratory.work() as books:
            assert (await books.holds.get(["H1"]))["H1"] == lifted
        steps = ["HoldPlaced", "HoldSettled", "HoldReleased", "HoldSettled"]
        assert await laboratory.told() == [f"hold/H1 {step}" for step in steps]

    async def test_an_order_is_held_by_what_holds_its_lots(self, laboratory: Laboratory) -> None:
        await introduce(laboratory, BREAD, WATER)
        await submit(
            laboratory,
            output("a"),
            output("b", lot="BREAD/L2"),
            output("c", lot="WATER/W1"),
            output("d", lot="BREAD/L3", order_no="4712"),
            output("e", order_no="4713"),
        )
        await place(laboratory, hold("H2", "BREAD/L1", "WATER/W1"), hold("H1", "BREAD/L2"))
        ours, theirs, shared, nobodys = (OrderKey("lyon", f"471{n}") for n in range(1, 5))
        orders = {ours, theirs, shared, nobodys}
        async with laboratory.work() as books:
            held = await holds_of_orders(books, orders)
            inspected = await inspections_of_orders(books, orders)
        assert [one.no for one in held[ours]] == ["H1", "H2"]
        assert [one.no for one in held[shared]] == ["H2"]
        assert held[theirs] == held[nobodys] == []
        assert [one.lot.lot_no for one in inspected[ours]] == ["L1", "L2"]
        assert [one.key.order_no for one in inspected[shared]] == ["4713"]
        assert inspected[nobodys] == []

    async def test_repeats_change_nothing(self, laboratory: Laboratory) -> None:
        both = hold("H1", "BREAD/L2", "BREAD/L1", "BREAD/L2"), hold("H2", "BREAD/L3")
        first = await place(laboratory, *both, *both)
        turned = hold("H1", "BREAD/L1", "BREAD/L2")
        assert await place(laboratory, turned, both[1]) == first
        assert [one.covered for one in first] == [2, 1]
        await report(laboratory, applied("BREAD/L4"), applied("BREAD/L4"))
        [found] = await report(laboratory, applied("BREAD/L4"))
        assert (found.state, found.covered) == (HoldState.IN_FORCE, 3)
        [late] = await report(laboratory, applied(complete=False))
        assert late.state is HoldState.IN_FORCE
        told = ["hold/H1 HoldPlaced", "hold/H2 HoldPlaced", "hold/H1 HoldSettled"]
        assert await laboratory.told() == told

    async def test_a_late_report_of_the_older_version_settles_nothing(
        self, laboratory: Laboratory
    ) -> None:
        await place(laboratory, hold())
        await release(laboratory, "H1")
        [found] = await report(laboratory, applied("BREAD/L2", version=1))
        assert (found.state, found.covered) == (HoldState.BEING_LIFTED, 1)
        doing = report(laboratory, applied(version=3))
        assert await refused(doing) == ("unknown_version", "reports[0].version")

    async def test_other_content_under_a_number_is_refused(self, laboratory: Laboratory) -> None:
        await place(laboratory, hold())
        for other, field in (
            (hold("H1", "BREAD/L2"), "lots"),
            (hold(reason="metal"), "reason"),
            (HoldOrder("H1", "oslo", (LotKey("oslo", "A", "1"),), "glass"), "plant"),
        ):
            doing = place(laboratory, hold("H2"), other)
            assert await refused(doing) == ("hold_differs", f"holds[1].{field}")
        doing = place(laboratory, hold("H3"), hold("H3", reason="x"))
        assert await refused(doing) == ("hold_differs", "holds[1].reason")
        foreign = HoldOrder("H4", "oslo", (lot_key(),), "glass")
        assert await refused(place(laboratory, foreign), InvalidError) == (
            "foreign_lot",
            "holds[0].lots[0].plant",
        )
        assert await laboratory.told() == ["hold/H1 HoldPlaced"]
        async with laboratory.work() as books:
            assert list(await books.holds.get(["H1", "H2", "H3", "H4"])) == ["H1"]

    async def test_a_release_is_refused_twice_and_all_or_none(self, laboratory: Laboratory) -> None:
        await place(laboratory, hold(), hold("H2"))
        await release(laboratory, "H1")
        assert await refused(release(laboratory, "H2", "H1")) == ("wrong_state", "hold_nos[1]")
        doing = release(laboratory, "H2", "H9")
        assert await refused(doing, NotFoundError) == ("unknown_hold", "hold_nos[1]")
        doing = report(laboratory, applied(hold_no="H9"))
        assert await refused(doing, NotFoundError) == ("unknown_hold", "reports[0].hold_no")
        async with laboratory.work() as books:
            assert (await books.holds.get(["H2"]))["H2"].version == 1

    async def test_the_lots_of_a_hold_are_listed_in_pages(self, laboratory: Laboratory) -> None:
        await place(laboratory, hold("H1", "B/1", "A/2"), hold("H2", "C/1"))
        await report(laboratory, applied("A/1", "B/0"))
        async with laboratory.work() as books:
            first = await list_hold_lots(books, "H1", Page(listing_of_lots("H1"), 3))
            after = Page(listing_of_lots("H1"), 3, ("B", "0", LYON))
            rest = await list_hold_lots(books, "H1", after)
        assert list(first.rows) == [lot_key("A/1"), lot_key("A/2"), lot_key("B/0")]
        assert (first.has_more, list(rest.rows)) == (True, [lot_key("B/1")])

    async def test_it_covers_what_was_sent_to_other_plants_and_pages_do_not_lose_it(
        self, laboratory: Laboratory
    ) -> None:
        """A transfer keeps item and number: only the plant tells the two lots apart."""
        await place(laboratory, hold("H1", "B/1"))
        there = [lot_key("B/1")._replace(plant=plant) for plant in ("nice", "oslo")]
        await report(laboratory, replace(applied(), lots=tuple(there)))
        found, after = list[LotKey](), tuple[str, ...]()
        async with laboratory.work() as books:
            for _ in range(3):
                [one] = (
                    await list_hold_lots(books, "H1", Page(listing_of_lots("H1"), 1, after))
                ).rows
                found.append(one)
                after = (one.item_no, one.lot_no, one.plant)
            [seen] = (
                await list_hold_lots(books, "H1", Page(listing_of_lots("H1"), 3), {"oslo"})
            ).rows
            held = await lot_quality(books, there)
        assert found == [lot_key("B/1"), *there]
        assert seen == there[1]
        assert [one.status for one in held] == [LotStatus.BLOCKED] * 2

    async def test_the_holds_of_a_plant_are_listed_in_pages(self, laboratory: Laboratory) -> None:
        await place(laboratory, hold("H3"), hold("H1"), hold("H2"))
        listing = listing_of_holds("lyon")
        async with laboratory.work() as books:
            first = await list_holds(books, "lyon", Page(listing, 2))
            rest = await list_holds(books, "lyon", Page(listing, 2, ("H2",)))
            none = await list_holds(books, "oslo", Page(listing_of_holds("oslo"), 2))
        assert [one.no for one in first.rows] == ["H1", "H2"]
        assert ([one.no for one in rest.rows], first.has_more) == (["H3"], True)
        assert not none.rows

    async def test_what_is_said_of_several_lots_is_each_ones_own(
        self, laboratory: Laboratory
    ) -> None:
        await introduce(laboratory, BREAD, WATER)
        no = await opened(laboratory)
        await submit(laboratory, output("s2", lot="WATER/W1"))
        await place(laboratory, hold("H2", "BREAD/L2"), hold("H1", "BREAD/L2", "WATER/W2"))
        async with laboratory.work() as books:
            lots = ["BREAD/L1", "BREAD/L2", "WATER/W1", "WATER/W2", "NO/ONE"]
            found = await lot_quality(books, [lot_key(name) for name in lots])
        assert [one.status for one in found] == [
            LotStatus.IN_INSPECTION,
            LotStatus.BLOCKED,
            LotStatus.RELEASED,
            LotStatus.BLOCKED,
            LotStatus.CREATED,
        ]
        assert [one.no for one in found[0].inspections] == [no]
        assert [[one.no for one in each.holds] for each in found[1:4]] == [["H1", "H2"], [], ["H1"]]
