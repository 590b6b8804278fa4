"""Where subscribers start from."""
# ruff: noqa: D102 - a test's name is its sentence

from services.quality.application.snapshot import read_state
from services.quality.domain.events import key_of
from tests.unit.quality.samples import (
    BREAD,
    applied,
    decision,
    hold,
    output,
)
from tests.unit.quality.use_cases.steps import (
    Laboratory,
    decide,
    introduce,
    place,
    release,
    report,
    submit,
)


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
            *(f"lyon/BREAD/L{n} LotJudged" for n in (0, 2, 3, 4)),
            "hold/H0 HoldPlaced",
            "hold/H1 HoldPlaced",
            "hold/H1 HoldSettled",
            "hold/H2 HoldPlaced",
            "hold/H2 HoldReleased",
            "hold/H3 HoldPlaced",
            "hold/H3 HoldReleased",
            "hold/H3 HoldSettled",
        ]
