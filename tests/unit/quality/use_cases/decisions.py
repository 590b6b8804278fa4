"""Results, dispositions and the lifecycle."""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.quality.application.find import (
    list_inspections,
    list_results,
    listing_of_inspections,
    listing_of_results,
)
from services.quality.domain.disposition import Outcome
from services.quality.domain.lifecycle import Command, State
from services.quality.domain.status import LotStatus
from tests.unit.quality.samples import (
    BREAD,
    FILM,
    LYON,
    WATER,
    decision,
    kg,
    output,
    reading,
)
from tests.unit.quality.use_cases.steps import (
    CHANGED,
    DISPOSED,
    OPENED,
    Laboratory,
    command,
    decide,
    inspection,
    introduce,
    opened,
    record,
    refused,
    status,
    submit,
)


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

    async def test_rolls_of_a_measured_lot_are_decided_by_its_own_ratio_once(
        self, laboratory: Laboratory
    ) -> None:
        """A roll of L7 has 412.5 m2 where the item plans 400."""
        await introduce(laboratory, FILM)
        await laboratory.measure("FILM/L7", ("XRO", "MTK", Fraction(825, 2)))
        made = output("s1", "825", lot="FILM/L7", unit="MTK"), output("s2", "1", lot="FILM/L7")
        rolls = replace(made[1], quantity=Quantity(Decimal(1), "XRO"))
        no = await opened(laboratory, made[0], rolls)
        assert str((await inspection(laboratory, no)).submitted) == "1237.5 MTK"
        first = decision(no, "1", unit="XRO")
        [found] = await decide(laboratory, first, decision(no, "400", split=2, unit="MTK"))
        assert str(found.undecided) == "425 MTK"
        # It was measured anew: what is repeated stays what it became, what comes counts anew.
        await laboratory.measure("FILM/L7", ("XRO", "MTK", Fraction(425)), version=2)
        again = decision(no, "412.5", unit="MTK")
        assert (await decide(laboratory, first, again))[0] == found
        [found] = await decide(laboratory, decision(no, "1", Outcome.SCRAP, split=3, unit="XRO"))
        assert (found.state, str(found.decided)) == (State.DECIDED, "1237.5 MTK")
        kept = (await inspection(laboratory, no)).dispositions
        assert {split: (str(one.quantity), str(one.given)) for split, one in kept.items()} == {
            1: ("412.5 MTK", "1 XRO"),
            2: ("400 MTK", "None"),
            3: ("425 MTK", "1 XRO"),
        }

    async def test_what_nothing_leads_to_is_refused_with_the_way_out(
        self, laboratory: Laboratory
    ) -> None:
        await introduce(laboratory, FILM)
        no = await opened(laboratory, output(lot="FILM/L7", unit="MTK"))
        doing = decide(laboratory, decision(no, "1", unit="KGM"))
        with pytest.raises(InvalidError) as caught:
            await doing
        assert (caught.value.code, caught.value.field) == (
            "unit_mismatch",
            "decisions[0].disposition.quantity.unit",
        )
        assert "lot L7 of FILM" in str(caught.value)
        assert "put the conversion" in caught.value.hint
        await laboratory.measure("FILM/L7", ("XRO", "MTK", Fraction(3)))
        doing = decide(laboratory, decision(no, "1", unit="MMK"), decision(no, unit="XRO", split=2))
        assert await refused(doing, InvalidError) == (
            "over_disposed",
            "decisions[1].disposition.quantity.value",
        )

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
