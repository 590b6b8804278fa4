"""Several instances at the same time."""

import asyncio
from collections import Counter
from decimal import Decimal
from functools import partial

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError
from services.quality.domain.hold import State
from services.quality.domain.lifecycle import State as InspectionState
from tests.component.quality.laboratory import Laboratory, open_laboratory
from tests.component.quality.master import Master
from tests.component.quality.messages import deciding, opening, part
from tests.unit.quality.samples import BREAD, applied, decision, hold, kg
from tests.unit.quality.samples import output as submission
from tests.unit.quality.use_cases.steps import (
    decide,
    inspection,
    introduce,
    opened,
    place,
    release,
    report,
    submit,
)
from tests.waiting import in_the_end


@pytest.fixture(autouse=True)
async def items(laboratory: Laboratory) -> None:
    await introduce(laboratory, BREAD)


async def test_two_splits_at_once_never_exceed(
    laboratory: Laboratory, database: str, master: Master
) -> None:
    numbers = [await opened(laboratory, submission(f"s{n}", lot=f"BREAD/L{n}")) for n in range(15)]
    async with open_laboratory(database, master) as other:
        for no in numbers:
            done = await asyncio.gather(
                decide(laboratory, decision(no, "60")),
                decide(other, decision(no, "60", split=2)),
                return_exceptions=True,
            )
            [refusal] = [one for one in done if isinstance(one, BaseException)]
            assert isinstance(refusal, InvalidError)
            assert refusal.code == "over_disposed"
            assert (await inspection(laboratory, no)).decided == kg("60")


async def test_many_small_splits_by_two_instances_add_up_exactly(
    laboratory: Laboratory, database: str, master: Master
) -> None:
    no = await opened(laboratory, submission(value="10"))
    async with open_laboratory(database, master) as other:
        done = await asyncio.gather(
            *(
                decide((laboratory, other)[n % 2], decision(no, "0.7", split=n + 1))
                for n in range(20)
            ),
            return_exceptions=True,
        )
    assert Counter(getattr(one, "code", "decided") for one in done) == {
        "decided": 14,
        "over_disposed": 6,
    }
    found = await inspection(laboratory, no)
    assert found.decided.value == Decimal("9.8")
    assert len(found.dispositions) == 14
    assert len(await laboratory.told()) == 15


async def test_the_same_split_twice_at_once_is_decided_once(
    laboratory: Laboratory, database: str, master: Master
) -> None:
    async with (
        open_laboratory(database, master) as other,
        laboratory.calling() as calls,
        other.calling() as theirs,
    ):
        await calls.inspections.OpenInspections(opening())
        answers = await asyncio.gather(
            *(
                one.inspections.DecideInspections(deciding(part(), key=key))
                for key in ("a", "a", "b", "c")
                for one in (calls, theirs)
            )
        )
    assert all(answer == answers[0] for answer in answers)
    assert await laboratory.told() == [
        "lyon/BREAD/L1 InspectionOpened",
        "lyon/BREAD/L1 DispositionMade",
    ]


async def test_one_lot_told_by_two_instances_has_one_inspection(
    laboratory: Laboratory, database: str, master: Master
) -> None:
    async with open_laboratory(database, master) as other:
        both = laboratory, other
        verdicts = await asyncio.gather(
            *(
                in_the_end(partial(submit, both[n % 2], submission(f"s{n // 2}", "1")))
                for n in range(40)
            )
        )
        [no] = {verdict.inspection_no for [verdict] in verdicts}
    assert (await inspection(laboratory, no)).submitted == kg("20")
    told = Counter(await laboratory.told())
    assert told == {"lyon/BREAD/L1 InspectionOpened": 1, "lyon/BREAD/L1 InspectionChanged": 19}


async def test_a_source_claimed_with_two_contents_at_once_has_one(
    laboratory: Laboratory, database: str, master: Master
) -> None:
    async with open_laboratory(database, master) as other:
        for n in range(10):
            done = await asyncio.gather(
                submit(laboratory, submission(f"s{n}", "1", lot=f"BREAD/A{n}")),
                submit(other, submission(f"s{n}", "1", lot=f"BREAD/B{n}")),
                return_exceptions=True,
            )
            [refusal] = [one for one in done if isinstance(one, BaseException)]
            assert isinstance(refusal, ConflictError)
            assert (refusal.code, refusal.field) == ("submission_differs", "submissions[0].lot")
    assert len(await laboratory.told()) == 10


async def test_output_and_the_last_decision_at_once_leave_nothing_unseen(
    laboratory: Laboratory, database: str, master: Master
) -> None:
    async with open_laboratory(database, master) as other:
        for n in range(10):
            first = submission(f"a{n}", lot=f"BREAD/L{n}")
            no = await opened(laboratory, first)
            await asyncio.gather(
                decide(laboratory, decision(no)),
                submit(other, submission(f"b{n}", "5", lot=f"BREAD/L{n}")),
            )
            found = await inspection(laboratory, no)
            assert (found.submitted, found.undecided) == (kg("105"), kg("5"))
            assert found.state is InspectionState.CREATED


async def test_crossed_batches_end_without_a_deadlock(
    laboratory: Laboratory, database: str, master: Master
) -> None:
    lots = [f"BREAD/L{n}" for n in range(6)]
    await submit(laboratory, *(submission(f"first {lot}", "1000", lot=lot) for lot in lots))
    numbers = [f"IL-{n}" for n in range(1, 7)]

    async def batch(instance: Laboratory, n: int) -> None:
        turned = lots[n % 6 :] + lots[: n % 6]
        new = (submission(f"{n} {lot}", "1", lot=f"{lot}-{n % 3}") for lot in turned)
        made = [*(submission(f"{n}/{lot}", "1", lot=lot) for lot in turned), *new]
        await in_the_end(lambda: submit(instance, *made))
        parts = [decision(no, "1", split=n + 1) for no in numbers[n % 6 :] + numbers[: n % 6]]
        await in_the_end(lambda: decide(instance, *parts))

    async with open_laboratory(database, master) as other:
        await asyncio.gather(*(batch((laboratory, other)[n % 2], n) for n in range(12)))
    for no in numbers:
        found = await inspection(laboratory, no)
        assert (found.submitted, found.decided) == (kg("1012"), kg("12"))


async def test_a_hold_placed_twice_at_once_is_one(
    laboratory: Laboratory, database: str, master: Master
) -> None:
    async with open_laboratory(database, master) as other:
        holds = await asyncio.gather(
            *(place(instance, hold(), hold("H2")) for instance in (laboratory, other) * 5)
        )
        done = await asyncio.gather(
            place(laboratory, hold("H3", reason="a")),
            place(other, hold("H3", reason="b")),
            return_exceptions=True,
        )
    assert len({one.placed_at for answer in holds for one in answer}) == 1
    told = await laboratory.told()
    assert sorted(told) == [f"hold/H{n} HoldPlaced" for n in (1, 2, 3)]
    [refusal] = [one for one in done if isinstance(one, DomainError)]
    assert (refusal.code, refusal.field) == ("hold_differs", "holds[0].reason")


async def test_a_release_and_the_last_report_at_once_end_the_same_way(
    laboratory: Laboratory, database: str, master: Master
) -> None:
    async with open_laboratory(database, master) as other:
        for n in range(10):
            await place(laboratory, hold(f"H{n}"))
            await asyncio.gather(
                release(laboratory, f"H{n}"), report(other, applied(hold_no=f"H{n}"))
            )
            [found] = await report(laboratory, applied(hold_no=f"H{n}", version=2))
            assert (found.state, found.version) == (State.LIFTED, 2)
