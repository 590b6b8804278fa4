"""What mes does with looks at machines."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace

import pytest

from services.kit.errors import ConflictError
from services.kit.measures import ItemLot
from services.mes.application.attribute_counts import (
    Attribution,
    goods_of,
)
from services.mes.application.confirm_operations import Result
from services.mes.application.create_work_orders import create_work_orders
from services.mes.domain.confirmation import Consumption, Scrap
from services.mes.domain.counting import Outcome, State
from services.mes.domain.lifecycle import Command
from services.mes.domain.look import Job, Quality
from tests.unit.mes.looks import JOB, PRESS, after_gap, bad, flour, good, look, scrap
from tests.unit.mes.reports import LYON, hold, kg, plan
from tests.unit.mes.use_cases.counting import (
    BOOKED,
    NOTHING,
    UNCOUNTED,
    attribute,
    begin,
    booked,
    codes,
    count,
    made,
    refused,
    waiting,
)
from tests.unit.mes.use_cases.steps import Floor, command, create, put


class CountsContract:
    """Counting."""

    async def test_a_look_becomes_one_confirmation_of_all_its_counters(self, floor: Floor) -> None:
        await begin(floor, good("0"), scrap("0"), flour("0"))
        assert await count(floor, look(1, good("10"), scrap("1"), flour("6"))) == [BOOKED]
        assert await count(floor, look(2, good("10"), scrap("1"), flour("6"))) == [NOTHING]
        (one,) = await booked(floor)
        report = one.report
        assert (report.id, report.lot_no, report.equipment) == ("look-1.1", "L1", PRESS)
        assert (report.good, report.scrap) == (kg("10"), (Scrap(kg("1"), "burnt"),))
        assert report.consumed == (Consumption("FLOUR", "F1", kg("6")),)
        assert (report.occurred_at, report.time_uncertain) == (look(1).read_at, False)
        assert report.operation == 20

    async def test_a_run_is_booked_look_by_look_in_its_order(self, floor: Floor) -> None:
        await begin(floor)
        run = [look(n, good(str(n))) for n in range(1, 6)]
        assert await count(floor, *run) == [BOOKED] * 5
        assert await made(floor) == ["1"] * 5
        assert [one.no for one in await booked(floor)] == [1, 2, 3, 4, 5]

    async def test_what_only_consumed_or_spoiled_books_a_yield_of_nothing(
        self, floor: Floor
    ) -> None:
        await begin(floor, scrap("0"), flour("0"))
        assert await count(floor, look(1, flour("2")), look(2, scrap("1"))) == [BOOKED, BOOKED]
        assert await made(floor) == ["0", "0"]

    async def test_looks_of_a_replaced_collector_count_nothing(self, floor: Floor) -> None:
        await begin(floor)
        new = look(2, good("5"), epoch=2)
        assert await count(floor, look(1, good("4")), new) == [BOOKED, BOOKED]
        zombie = look(3, good("50"))
        assert await count(floor, zombie) == [Outcome.FENCED]
        assert await made(floor) == ["4", "1"]

    async def test_a_restored_telemetry_counts_on_in_a_lower_epoch(self, floor: Floor) -> None:
        await begin(floor)
        assert await count(floor, look(1, good("4"), epoch=7)) == [BOOKED]
        restored = look(2, good("6"), epoch=5, incarnation=2)
        before = look(3, good("90"), epoch=9)
        assert await count(floor, restored, before) == [BOOKED, Outcome.FENCED]
        assert await made(floor) == ["4", "2"]

    async def test_what_was_told_before_is_not_counted_again(self, floor: Floor) -> None:
        await begin(floor)
        await count(floor, look(2, good("5")))
        again = look(2, good("5"), epoch=2)
        assert await count(floor, again, look(1, good("3"), epoch=2)) == [NOTHING, Outcome.STALE]
        assert await made(floor) == ["5"]

    async def test_one_refused_look_is_left_out_alone(self, floor: Floor) -> None:
        await begin(floor)
        unknown = Job("nobody's", "L1")
        run = [
            look(1, good("1")),
            look(2, good("1"), job=unknown),
            look(3, good("8"), job=unknown),
            look(4, good("8")),
            look(5, good("10")),
        ]
        assert await count(floor, *run) == [BOOKED, NOTHING, UNCOUNTED, NOTHING, BOOKED]
        assert await made(floor) == ["1", "2"]
        (left,) = await waiting(floor)
        assert left.state is State.OPEN
        one = left.difference
        assert (one.before, one.after, one.quantity) == (unknown, unknown, kg("7"))
        assert one.doubt
        assert one.doubt.code == "unknown_order"
        assert "nobody's" in one.doubt.reason

    @pytest.mark.parametrize("at", range(6))
    async def test_whichever_is_refused_the_others_are_booked(self, floor: Floor, at: int) -> None:
        await begin(floor)
        steps = [1000 if n == at else n + 1 for n in range(6)]
        totals = [sum(steps[: n + 1]) for n in range(6)]
        run = [look(n + 1, good(str(total))) for n, total in enumerate(totals)]
        outcomes = await count(floor, *run)
        assert outcomes == [UNCOUNTED if n == at else BOOKED for n in range(6)]
        assert await made(floor) == [str(n + 1) for n in range(6) if n != at]
        assert await codes(floor) == [("1000", "over_tolerance")]

    async def test_an_order_that_does_not_run_is_not_booked_on(self, floor: Floor) -> None:
        await begin(floor)
        async with floor.work() as books:
            await create_work_orders(books, [plan("4712")])
        later = Job("4712", "M1")
        assert await count(floor, look(1, good("0"), job=later), look(2, good("3"), job=later)) == [
            NOTHING,
            UNCOUNTED,
        ]
        assert await codes(floor) == [("3", "wrong_state")]
        await command(floor, "4712", Command.DISPATCH, Command.MAKE_READY, Command.START)
        (left,) = await waiting(floor)
        assert await attribute(floor, Attribution(left.difference.id, later)) == [
            Result(left.difference.id, 1, replayed=False)
        ]
        assert await made(floor, "4712") == ["3"]

    async def test_a_held_material_lot_keeps_the_whole_look_back(self, floor: Floor) -> None:
        await begin(floor, good("0"), flour("0"))
        await put(floor, hold("FLOUR/F1"))
        assert await count(floor, look(1, good("2"), flour("1"))) == [UNCOUNTED]
        assert await count(floor, look(2, good("5"), flour("2", "F1"))) == [UNCOUNTED]
        assert await codes(floor) == [(n, "lot_held") for n in ("2", "1", "3", "1")]
        rows = [Attribution(one.difference.id, JOB) for one in await waiting(floor)]
        assert await refused(floor, *rows) == (ConflictError, "lot_held", "attributions[1].id")
        assert await made(floor) == []
        await put(floor, hold("FLOUR/F1", version=2, active=False))
        await attribute(floor, *rows)
        assert await made(floor) == ["2", "0", "3", "0"]

    async def test_a_look_refused_at_last_leaves_no_trace_in_the_books(self, floor: Floor) -> None:
        own = flour("0", "L1", item_no="BREAD")
        await begin(floor, good("0"), own)
        circle = look(2, good("3"), flour("1", "L1", item_no="BREAD"))
        assert await count(floor, look(1, good("1")), circle) == [BOOKED, UNCOUNTED]
        assert await codes(floor) == [("2", "lot_cycle"), ("1", "lot_cycle")]
        assert await made(floor) == ["1"]

    async def test_a_job_that_changed_unwatched_is_not_guessed(self, floor: Floor) -> None:
        await begin(floor)
        await count(floor, look(1, good("4")))
        other = Job("4711", "L2")
        assert await count(floor, after_gap(look(9, good("9"), job=other))) == [UNCOUNTED]
        assert await count(floor, look(10, good("10"), job=other)) == [BOOKED]
        (left,) = await waiting(floor)
        one = left.difference
        assert (one.before, one.after) == (JOB, other)
        assert (one.time_uncertain, one.quantity) == (True, kg("5"))
        assert one.doubt
        assert one.doubt.code == "job_changed"

    async def test_a_job_that_changed_in_replayed_history_gets_its_own(self, floor: Floor) -> None:
        await begin(floor)
        other = Job("4711", "L2")
        replayed = [look(5, good("5")), look(9, good("9"), job=other)]
        told = [replace(one, quality=Quality.UNCERTAIN) for one in replayed]
        assert await count(floor, look(1, good("4")), *told) == [BOOKED] * 3
        assert [(one.report.lot_no, one.report.time_uncertain) for one in await booked(floor)] == [
            ("L1", False),
            ("L1", True),
            ("L2", True),
        ]

    async def test_one_job_across_a_gap_is_booked_and_marked(self, floor: Floor) -> None:
        await begin(floor)
        assert await count(floor, after_gap(look(9, good("9"))), look(10, good("10"))) == [
            BOOKED,
            BOOKED,
        ]
        assert [one.report.time_uncertain for one in await booked(floor)] == [True, False]

    async def test_material_that_changed_unwatched_waits_and_the_rest_is_booked(
        self, floor: Floor
    ) -> None:
        await begin(floor, good("0"), flour("0"))
        assert await count(floor, after_gap(look(9, good("9"), flour("3", "F2")))) == [UNCOUNTED]
        assert await made(floor) == ["9"]
        assert await codes(floor) == [("3", "material_changed")]

    async def test_what_was_counted_before_anybody_looked_waits(self, floor: Floor) -> None:
        await create(floor, plan())
        assert await count(floor, look(1, good("7")), look(2, good("9"))) == [UNCOUNTED, BOOKED]
        (left,) = await waiting(floor)
        assert left.difference.before is None
        assert await codes(floor) == [("7", "unknown_start")]

    async def test_what_runs_between_jobs_waits(self, floor: Floor) -> None:
        await begin(floor)
        assert await count(floor, look(1, good("7"), job=Job("", ""))) == [UNCOUNTED]
        assert await codes(floor) == [("7", "no_job")]

    async def test_a_counter_that_began_anew_counts_from_zero(self, floor: Floor) -> None:
        await create(floor, plan())
        first, second = "2026-05-04T06:00:00Z", "2026-05-04T12:00:05Z"
        await count(floor, look(0, good("0", incarnation=first)))
        await count(floor, look(1, good("30", incarnation=first)))
        assert await count(floor, after_gap(look(9, good("4", incarnation=second)))) == [BOOKED]
        assert await count(floor, look(1, good("30", incarnation=first), epoch=2)) == [
            Outcome.STALE
        ]
        assert await made(floor) == ["30", "4"]
        assert [one.report.time_uncertain for one in await booked(floor)] == [False, True]

    async def test_a_counter_that_began_anew_behind_a_slow_clock_is_counted_too(
        self, floor: Floor
    ) -> None:
        await create(floor, plan())
        await count(floor, look(100, good("0", incarnation="a")))
        late = after_gap(look(1, good("4", incarnation="b")))
        assert await count(floor, late) == [BOOKED]
        assert await made(floor) == ["4"]

    async def test_a_counter_set_back_counts_from_zero_and_is_marked(self, floor: Floor) -> None:
        await begin(floor)
        assert await count(floor, look(1, good("30")), look(2, good("4"))) == [BOOKED, BOOKED]
        assert await made(floor) == ["30", "4"]
        assert [one.report.time_uncertain for one in await booked(floor)] == [False, True]

    async def test_a_counter_that_is_put_right_by_one_does_not_count_all_again(
        self, floor: Floor
    ) -> None:
        await begin(floor)
        assert await count(floor, look(1, good("50")), look(2, good("49"))) == [BOOKED, UNCOUNTED]
        assert await codes(floor) == [("49", "counter_set_back")]
        assert await count(floor, look(3, good("51"))) == [BOOKED]
        assert await made(floor) == ["50", "2"]

    async def test_at_one_time_a_counter_only_grows(self, floor: Floor) -> None:
        await begin(floor)
        seen = look(1, good("30")), look(1, good("4"), epoch=2), look(1, good("31"), epoch=2)
        assert await count(floor, *seen) == [BOOKED, NOTHING, BOOKED]
        assert await made(floor) == ["30", "1"]

    async def test_what_the_machine_disowns_is_told_by_the_next_look(self, floor: Floor) -> None:
        await begin(floor)
        other = Job("4711", "L2")
        assert await count(
            floor, bad(look(1, good("999"))), look(2, good("5")), look(3, good("-1"))
        ) == [Outcome.BAD, BOOKED, NOTHING]
        assert await made(floor) == ["5"]
        assert [one.report.time_uncertain for one in await booked(floor)] == [True]
        # whether the job changed before or after what the bad look hides is not known
        run = bad(look(4)), look(5, good("8"), job=other), look(6, good("9"), job=other)
        assert await count(floor, *run) == [Outcome.BAD, UNCOUNTED, BOOKED]
        assert await codes(floor) == [("3", "job_changed")]

    async def test_another_unit_is_another_counter(self, floor: Floor) -> None:
        await begin(floor)
        run = look(1, good("4", unit="H87")), look(2, good("6", unit="H87"))
        assert await count(floor, *run) == [UNCOUNTED, BOOKED]
        assert await made(floor) == ["1"]

    async def test_two_counters_of_one_kind_are_added_if_their_units_agree(
        self, floor: Floor
    ) -> None:
        second = replace(good("0"), counter="good 2")
        await begin(floor, good("0"), second)
        both = look(1, good("2"), replace(second, total=kg("3")))
        assert await count(floor, both) == [BOOKED]
        assert await made(floor) == ["5"]
        loaves = replace(good("0", unit="H87"), counter="loaves")
        await count(floor, look(2, loaves))
        mixed = look(3, good("4"), replace(loaves, total=good("2", unit="H87").total))
        assert await count(floor, mixed) == [UNCOUNTED]
        assert await codes(floor) == [("2", "unit_mismatch"), ("2", "unit_mismatch")]

    async def test_an_unknown_material_waits(self, floor: Floor) -> None:
        await begin(floor, flour("0", item_no="SAND"))
        assert await count(floor, look(1, flour("2", item_no="SAND"))) == [UNCOUNTED]
        assert await codes(floor) == [("2", "unknown_item")]
        (left,) = await waiting(floor)
        async with floor.work() as books:
            ids = ["nobody's", left.difference.id]
            assert await goods_of(books, LYON, ids) == {ItemLot("SAND", "F1"): "attributions[1].id"}
            assert await goods_of(books, "oslo", ids) == {}
