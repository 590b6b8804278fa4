"""What every book-keeping must do: run on memory in unit tests, on PostgreSQL in component tests.

A subclass gives the fixture `laboratory`; it knows the items BREAD, inspected, and WATER, not.
"""
# ruff: noqa: D102 - a test's name is its sentence

from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.kit.paging import Page
from services.quality.application.command_inspections import Step, command_inspections
from services.quality.application.decide_inspections import Decision, decide_inspections
from services.quality.application.find import (
    list_hold_lots,
    list_inspections,
    list_results,
    listing_of_inspections,
    listing_of_lots,
    listing_of_results,
    lot_quality,
)
from services.quality.application.open_inspections import open_inspections, unknown_items
from services.quality.application.place_holds import place_holds
from services.quality.application.record_results import record_results
from services.quality.application.release_holds import release_holds
from services.quality.application.report_holds import report_holds
from services.quality.application.snapshot import read_state
from services.quality.domain.disposition import Outcome
from services.quality.domain.events import key_of
from services.quality.domain.hold import Hold, HoldOrder, Report
from services.quality.domain.hold import State as HoldState
from services.quality.domain.inspection import Inspection
from services.quality.domain.item import Item
from services.quality.domain.lifecycle import Command, State
from services.quality.domain.result import Result
from services.quality.domain.status import LotStatus
from services.quality.domain.submission import Submission, Verdict
from services.quality.ports import Books
from tests.unit.quality.samples import (
    BREAD,
    LYON,
    WATER,
    applied,
    decision,
    hold,
    kg,
    lot_key,
    output,
    reading,
)


class Laboratory(Protocol):
    """Units of work over some books."""

    def work(self) -> AbstractAsyncContextManager[Books]:
        """All or nothing."""
        ...

    async def told(self) -> list[str]:
        """Key and name of the facts that were committed, in order."""
        ...


async def introduce(laboratory: Laboratory, *items: Item) -> None:
    """Make items known."""
    async with laboratory.work() as books:
        await books.items.put(items)


async def submit(laboratory: Laboratory, *outputs: Submission) -> list[Verdict]:
    """One batch."""
    async with laboratory.work() as books:
        return await open_inspections(books, outputs)


async def opened(laboratory: Laboratory, *outputs: Submission) -> str:
    """The number of the first one's inspection."""
    return (await submit(laboratory, *(outputs or (output(),))))[0].inspection_no


async def decide(laboratory: Laboratory, *decisions: Decision) -> list[Inspection]:
    """One batch."""
    async with laboratory.work() as books:
        return await decide_inspections(books, decisions)


async def record(laboratory: Laboratory, no: str, *results: Result) -> Inspection:
    """One batch."""
    async with laboratory.work() as books:
        return await record_results(books, no, results)


async def command(laboratory: Laboratory, no: str, *commands: Command) -> list[Inspection]:
    """One batch."""
    async with laboratory.work() as books:
        return await command_inspections(books, [Step(no, one) for one in commands])


async def place(laboratory: Laboratory, *orders: HoldOrder) -> list[Hold]:
    """One batch."""
    async with laboratory.work() as books:
        return await place_holds(books, orders, by="inspector")


async def release(laboratory: Laboratory, *nos: str) -> list[Hold]:
    """One batch."""
    async with laboratory.work() as books:
        return await release_holds(books, nos, reason="false alarm", by="inspector")


async def report(laboratory: Laboratory, *reports: Report) -> list[Hold]:
    """One batch."""
    async with laboratory.work() as books:
        return await report_holds(books, reports)


async def inspection(laboratory: Laboratory, no: str) -> Inspection:
    """As it is now."""
    async with laboratory.work() as books:
        return (await books.inspections.get([no]))[no]


async def status(laboratory: Laboratory, name: str = "BREAD/L1") -> LotStatus:
    """Of a lot."""
    async with laboratory.work() as books:
        [found] = await lot_quality(books, [lot_key(name)])
    return found.status


async def refused(
    doing: Awaitable[Any], kind: type[DomainError] = ConflictError
) -> tuple[str, str]:
    """Code and field of the refusal."""
    with pytest.raises(kind) as caught:
        await doing
    return caught.value.code, caught.value.field


OPENED, CHANGED = "lyon/BREAD/L1 InspectionOpened", "lyon/BREAD/L1 InspectionChanged"
DISPOSED = "lyon/BREAD/L1 DispositionMade"


class SubmissionsContract:
    """Opening."""

    @pytest.fixture(autouse=True)
    async def items(self, laboratory: Laboratory) -> None:
        await introduce(laboratory, BREAD, WATER)

    async def test_the_item_decides_whether_inspection_is_due(self, laboratory: Laboratory) -> None:
        bread, water = await submit(
            laboratory, output("s1"), output("s2", lot="WATER/W1", order_no="4712")
        )
        assert (bread.required, water.required) == (True, False)
        assert (bread.item_version, water.item_version) == (3, 1)
        found = await inspection(laboratory, bread.inspection_no)
        assert (found.submitted, found.state, found.version) == (kg("100"), State.CREATED, 1)
        assert found.key == (LYON, "BREAD", "L1", "4711")
        assert await laboratory.told() == [OPENED]

    async def test_an_inspection_grows_and_lots_and_orders_have_their_own(
        self, laboratory: Laboratory
    ) -> None:
        first, again, other_order, other_lot = await submit(
            laboratory,
            output("s1", "10"),
            output("s2", "20"),
            output("s3", "30", order_no="4712"),
            output("s4", "40", lot="BREAD/L2"),
        )
        assert first.inspection_no == again.inspection_no
        nos = {one.inspection_no for one in (first, other_order, other_lot)}
        assert len(nos) == 3
        [more] = await submit(laboratory, output("s5", "5"))
        assert more.inspection_no == first.inspection_no
        assert (await inspection(laboratory, more.inspection_no)).submitted == kg("35")
        told = await laboratory.told()
        assert sorted(told[:3]) == [OPENED, OPENED, "lyon/BREAD/L2 InspectionOpened"]
        assert told[3:] == [CHANGED]

    async def test_a_source_is_judged_once_whatever_the_item_says_later(
        self, laboratory: Laboratory
    ) -> None:
        given = output("s1"), output("s2", lot="WATER/W1")
        first = await submit(laboratory, *given, *given)
        assert first[:2] == first[2:]
        await introduce(laboratory, Item("BREAD", False, 4), Item("WATER", True, 2))
        assert await submit(laboratory, *given) == first[:2]
        assert (await inspection(laboratory, first[0].inspection_no)).submitted == kg("100")
        assert await laboratory.told() == [OPENED]
        new = await submit(laboratory, output("s3"), output("s4", lot="WATER/W1"))
        assert [one.required for one in new] == [False, True]

    async def test_other_content_of_a_source_is_refused_and_nothing_kept(
        self, laboratory: Laboratory
    ) -> None:
        await submit(laboratory, output("s1"))
        for bad, field in (
            (output("s1", "99"), "quantity"),
            (output("s1", order_no="4712"), "order_no"),
            (output("s1", lot="BREAD/L2"), "lot"),
        ):
            doing = submit(laboratory, output("s2"), bad)
            assert await refused(doing) == ("submission_differs", f"submissions[1].{field}")
        doing = submit(laboratory, output("s3"), output("s3", "1"))
        assert await refused(doing) == ("submission_differs", "submissions[1].quantity")
        async with laboratory.work() as books:
            known = await books.submissions.claim([output("s1"), output("s2"), output("s3")])
        assert list(known) == ["s1"]

    async def test_an_older_version_of_an_item_changes_nothing(
        self, laboratory: Laboratory
    ) -> None:
        await introduce(laboratory, Item("BREAD", False, 2), Item("BREAD", False, 3))
        assert (await submit(laboratory, output()))[0].required

    async def test_what_is_wrong_is_named(self, laboratory: Laboratory) -> None:
        doing = submit(laboratory, output("s1"), output("s2", "0"))
        assert await refused(doing, InvalidError) == (
            "not_positive",
            "submissions[1].quantity.value",
        )
        doing = submit(laboratory, output("s1"), output("s2", lot="CAKE/C1"))
        assert await refused(doing, NotFoundError) == (
            "unknown_item",
            "submissions[1].lot.item_no",
        )
        litres = output("s2", "1", unit="LTR")
        assert await refused(submit(laboratory, output("s1"), litres), InvalidError) == (
            "unit_mismatch",
            "submissions[1].quantity.unit",
        )
        assert await laboratory.told() == []

    async def test_units_are_converted_to_the_first_one(self, laboratory: Laboratory) -> None:
        grams = output("s2", "500", unit="GRM")
        no = await opened(laboratory, output("s1", "1"), grams)
        assert (await inspection(laboratory, no)).submitted == kg("1.5")

    async def test_items_to_ask_for_are_those_without_a_copy(self, laboratory: Laboratory) -> None:
        async with laboratory.work() as books:
            outputs = [output("s1"), output("s2", lot="CAKE/C1")]
            assert await unknown_items(books, outputs) == {"CAKE"}


class DecisionsContract:
    """Results, dispositions and the lifecycle."""

    @pytest.fixture(autouse=True)
    async def items(self, laboratory: Laboratory) -> None:
        await introduce(laboratory, BREAD, WATER)

    async def test_parts_are_decided_up_to_what_was_submitted(self, laboratory: Laboratory) -> None:
        no = await opened(laboratory)
        [found] = await decide(laboratory, decision(no, "80"))
        assert (found.state, found.decided, found.undecided) == (State.CREATED, kg("80"), kg("20"))
        doing = decide(laboratory, decision(no, "20.000001", split=2))
        assert await refused(doing, InvalidError) == (
            "over_disposed",
            "decisions[0].disposition.quantity.value",
        )
        [found] = await decide(laboratory, decision(no, "20", Outcome.SCRAP, split=2))
        assert (found.state, found.undecided) == (State.DECIDED, kg("0"))
        kept = await inspection(laboratory, no)
        assert kept == found
        assert [part.outcome for part in kept.dispositions.values()] == ["accept", "scrap"]
        assert await laboratory.told() == [OPENED, DISPOSED, DISPOSED]

    async def test_a_repeated_split_changes_nothing_another_one_is_refused(
        self, laboratory: Laboratory
    ) -> None:
        no = await opened(laboratory)
        once = decision(no, "60", reason="fine")
        await decide(laboratory, once, once)
        before = await inspection(laboratory, no)
        await decide(laboratory, once)
        assert await inspection(laboratory, no) == before
        for other, field in (
            (decision(no, "61", reason="fine"), "quantity"),
            (decision(no, "60", Outcome.SCRAP, reason="fine"), "outcome"),
            (decision(no, "60"), "reason"),
        ):
            doing = decide(laboratory, decision(no, "1", split=2), other)
            assert await refused(doing) == (
                "disposition_differs",
                f"decisions[1].disposition.{field}",
            )
        assert await laboratory.told() == [OPENED, DISPOSED]
        assert await inspection(laboratory, no) == before

    async def test_a_batch_is_all_or_none(self, laboratory: Laboratory) -> None:
        no = await opened(laboratory)
        doing = decide(laboratory, decision(no, "60"), decision(no, "60", split=2))
        assert await refused(doing, InvalidError) == (
            "over_disposed",
            "decisions[1].disposition.quantity.value",
        )
        doing = decide(laboratory, decision(no, "60"), decision("IL-999"))
        assert await refused(doing, NotFoundError) == (
            "unknown_inspection",
            "decisions[1].inspection_no",
        )
        assert await laboratory.told() == [OPENED]
        assert not (await inspection(laboratory, no)).dispositions

    async def test_two_inspections_are_decided_in_one_batch(self, laboratory: Laboratory) -> None:
        a, b = (
            one.inspection_no
            for one in await submit(laboratory, output("s1"), output("s2", lot="BREAD/L2"))
        )
        found = await decide(
            laboratory, decision(b, "1"), decision(a, "2"), decision(b, "3", split=2)
        )
        assert [(one.no, one.decided) for one in found] == [(b, kg("4")), (a, kg("2"))]

    async def test_results_are_added_and_corrected_never_changed(
        self, laboratory: Laboratory
    ) -> None:
        no = await opened(laboratory)
        bad = reading(passed=False)
        found = await record(laboratory, no, bad, reading(sample="2"), bad)
        assert (found.state, found.measured, found.failed) == (State.RESULTS, 2, 1)
        fixed = reading(value="2", version=2, reason="the scale was off")
        found = await record(laboratory, no, fixed)
        assert (found.measured, found.failed) == (2, 0)
        again = await record(laboratory, no, bad, fixed)
        assert again == found == await inspection(laboratory, no)
        async with laboratory.work() as books:
            cut = await list_results(books, found, Page(listing_of_results(no), 2))
            [last] = (
                await list_results(
                    books, found, Page(listing_of_results(no), 2, (cut.rows[-1][0],))
                )
            ).rows
        assert [one for _, one in cut.rows] == [bad, reading(sample="2")]
        assert (cut.has_more, last[1]) == (True, fixed)
        assert await laboratory.told() == [OPENED, CHANGED, CHANGED]

    async def test_what_is_no_correction_is_refused(self, laboratory: Laboratory) -> None:
        no = await opened(laboratory)
        await record(laboratory, no, reading())
        for bad, kind, code, field in (
            (reading(value="2"), ConflictError, "result_differs", "value"),
            (reading(passed=False), ConflictError, "result_differs", "passed"),
            (reading(version=3, reason="x"), ConflictError, "version_gap", "version"),
            (reading(version=2), InvalidError, "reason_required", "reason"),
        ):
            doing = record(laboratory, no, reading(sample="2"), bad)
            assert await refused(doing, kind) == (code, f"results[1].{field}")
        doing = record(laboratory, "IL-0", reading())
        assert await refused(doing, NotFoundError) == ("unknown_inspection", "inspection_no")
        assert (await inspection(laboratory, no)).measured == 1

    async def test_an_inspection_goes_its_way(self, laboratory: Laboratory) -> None:
        no = await opened(laboratory)
        [found] = await command(laboratory, no, Command.SAMPLE)
        assert found.state is State.SAMPLING
        await record(laboratory, no, reading())
        await decide(laboratory, decision(no))
        [found] = await command(laboratory, no, Command.CLOSE)
        assert found.state is State.CLOSED
        assert await refused(record(laboratory, no, reading(sample="2"))) == (
            "wrong_state",
            "inspection_no",
        )
        doing = command(laboratory, no, Command.REOPEN, Command.CANCEL)
        assert await refused(doing) == ("partly_decided", "commands[1].command")
        assert (await inspection(laboratory, no)).state is State.CLOSED
        await submit(laboratory, output("s2", "1"))
        assert (await inspection(laboratory, no)).state is State.CREATED
        doing = command(laboratory, "nothing", Command.CLOSE)
        assert await refused(doing, NotFoundError) == (
            "unknown_inspection",
            "commands[0].inspection_no",
        )

    async def test_a_cancelled_inspection_takes_no_decision_and_can_be_taken_up_again(
        self, laboratory: Laboratory
    ) -> None:
        no = await opened(laboratory)
        await command(laboratory, no, Command.CANCEL)
        assert await status(laboratory) is LotStatus.CREATED
        doing = decide(laboratory, decision(no))
        assert await refused(doing) == ("wrong_state", "decisions[0].inspection_no")
        await command(laboratory, no, Command.REOPEN)
        await decide(laboratory, decision(no))
        assert await status(laboratory) is LotStatus.RELEASED

    async def test_inspections_are_listed_in_pages(self, laboratory: Laboratory) -> None:
        lots = [f"BREAD/L{n}" for n in range(5)]
        await submit(laboratory, *(output(lot, lot=lot) for lot in lots))
        async with laboratory.work() as books:
            first = await list_inspections(books, LYON, Page(listing_of_inspections(LYON), 3))
            last = first.rows[-1].id
            page = Page(listing_of_inspections(LYON), 3, (last,))
            rest = await list_inspections(books, LYON, page)
            none = await list_inspections(books, "oslo", Page(listing_of_inspections("oslo")))
        assert (len(first.rows), first.has_more) == (3, True)
        assert (len(rest.rows), rest.has_more) == (2, False)
        ids = [one.id for one in (*first.rows, *rest.rows)]
        assert ids == sorted(set(ids))
        assert none.rows == []


class HoldsContract:
    """Placing, reporting, releasing."""

    async def test_a_hold_comes_into_force_and_goes(self, laboratory: Laboratory) -> None:
        [placed] = await place(laboratory, hold())
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
            (HoldOrder("H1", "oslo", (), "glass"), "plant"),
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
            rest = await list_hold_lots(books, "H1", Page(listing_of_lots("H1"), 3, ("B", "0")))
        assert list(first.rows) == [lot_key("A/1"), lot_key("A/2"), lot_key("B/0")]
        assert (first.has_more, list(rest.rows)) == (True, [lot_key("B/1")])

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


class SnapshotContract:
    """Where a subscriber starts from."""

    async def test_a_snapshot_tells_everything_that_is_wanted_once(
        self, laboratory: Laboratory
    ) -> None:
        await introduce(laboratory, BREAD)
        lots = [f"BREAD/L{n}" for n in range(5)]
        verdicts = await submit(laboratory, *(output(lot, lot=lot) for lot in lots))
        await decide(
            laboratory,
            decision(verdicts[0].inspection_no, "1", split=2),
            decision(verdicts[0].inspection_no, "1", split=1),
        )
        await place(laboratory, *(hold(f"H{n}") for n in range(4)))
        await report(laboratory, applied(hold_no="H1"), applied(hold_no="H3"))
        await release(laboratory, "H2", "H3")
        await report(laboratory, applied(hold_no="H3", version=2))
        async with laboratory.work() as books:
            told = [
                f"{key_of(fact)} {type(fact).__name__}"
                async for part in read_state(books, lambda key: key != "lyon/BREAD/L1")
                for fact in part
            ]
            nothing = [part async for part in read_state(books, lambda key: False)]
        assert nothing == []
        assert told == [
            "lyon/BREAD/L0 InspectionOpened",
            "lyon/BREAD/L0 DispositionMade",
            "lyon/BREAD/L0 DispositionMade",
            *(f"lyon/BREAD/L{n} InspectionOpened" for n in (2, 3, 4)),
            "hold/H0 HoldPlaced",
            "hold/H1 HoldPlaced",
            "hold/H1 HoldSettled",
            "hold/H2 HoldPlaced",
            "hold/H2 HoldReleased",
            "hold/H3 HoldPlaced",
            "hold/H3 HoldReleased",
            "hold/H3 HoldSettled",
        ]
