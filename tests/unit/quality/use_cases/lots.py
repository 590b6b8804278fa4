"""What quality says of whole lots, and who may say it."""
# ruff: noqa: D102 - a test's name is its sentence

import pytest

from services.kit.errors import ConflictError
from services.quality.application.find import lot_quality
from services.quality.domain.disposition import Outcome
from services.quality.domain.lifecycle import Command as Step
from services.quality.domain.lot import Command
from services.quality.domain.status import LotStatus
from tests.unit.quality.samples import BREAD, WATER, decision, hold, lot_key, output
from tests.unit.quality.use_cases.steps import (
    Laboratory,
    command,
    decide,
    introduce,
    judge,
    opened,
    place,
    refused,
    status,
    submit,
)

L1, W1 = "lyon/BREAD/L1", "lyon/WATER/W1"


class LotsContract:
    """Whole lots."""

    @pytest.fixture(autouse=True)
    async def items(self, laboratory: Laboratory) -> None:
        await introduce(laboratory, BREAD, WATER)

    async def test_every_change_of_a_lot_s_status_is_told_once_in_order(
        self, laboratory: Laboratory
    ) -> None:
        no = await opened(laboratory)
        await submit(laboratory, output("s1"), output("w1", lot="WATER/W1"))
        await decide(laboratory, decision(no, "60"))
        await decide(laboratory, decision(no, "40", Outcome.SCRAP, split=2))
        await decide(laboratory, decision(no, "40", Outcome.SCRAP, split=2))
        await submit(laboratory, output("s2", "10"), output("w2", lot="WATER/W1"))
        await decide(laboratory, decision(no, "10", Outcome.REJECT, split=3))
        assert await laboratory.judged() == [
            (L1, "in_inspection", 1),
            (W1, "released", 1),
            (L1, "released", 2),
            (L1, "in_inspection", 3),
            (L1, "conditional", 4),
        ]

    async def test_a_hold_is_no_word_on_the_lot(self, laboratory: Laboratory) -> None:
        """What a hold blocks is its own; it is told apart."""
        no = await opened(laboratory)
        await place(laboratory, hold())
        await decide(laboratory, decision(no))
        assert (await laboratory.judged())[-1] == (L1, "released", 2)
        assert await status(laboratory) is LotStatus.BLOCKED

    async def test_a_cancelled_inspection_is_no_word_either(self, laboratory: Laboratory) -> None:
        no = await opened(laboratory)
        await command(laboratory, no, Step.CANCEL)
        await command(laboratory, no, Step.REOPEN)
        assert [word[1] for word in await laboratory.judged()] == [
            "in_inspection",
            "created",
            "in_inspection",
        ]

    async def test_a_blocked_lot_is_released_by_two_people_each_for_themselves(
        self, laboratory: Laboratory
    ) -> None:
        no = await opened(laboratory)
        await decide(laboratory, decision(no))
        [lot] = await judge(laboratory, "BREAD/L1", Command.BLOCK, by="anna")
        assert (lot.status, lot.reason, lot.signatures) == ("blocked", "block it", ("anna",))
        [lot] = await judge(laboratory, "BREAD/L1", Command.RELEASE, by="anna")
        assert (lot.status, lot.signed_by) == ("blocked", "anna")
        assert await status(laboratory) is LotStatus.BLOCKED
        doing = judge(laboratory, "BREAD/L1", Command.RELEASE, by="anna")
        assert await refused(doing) == ("second_signature", "judgements[0].command")
        async with laboratory.work() as books:
            [found] = await lot_quality(books, [lot_key()])
        assert found.signed_by == "anna"
        [lot] = await judge(laboratory, "BREAD/L1", Command.RELEASE, by="bert")
        assert (lot.status, lot.signed_by, lot.signatures) == ("released", "", ("anna", "bert"))
        assert (await laboratory.judged())[2:] == [(L1, "blocked", 3), (L1, "released", 4)]

    async def test_what_is_decided_of_a_blocked_lot_does_not_release_it(
        self, laboratory: Laboratory
    ) -> None:
        no = await opened(laboratory)
        await judge(laboratory, "BREAD/L1", Command.BLOCK, by="anna")
        await decide(laboratory, decision(no))
        assert (await laboratory.judged())[-1] == (L1, "blocked", 2)
        await judge(laboratory, "BREAD/L1", Command.RELEASE, by="anna")
        doing = judge(laboratory, "BREAD/L1", Command.BLOCK, by="bert")
        assert await refused(doing) == ("wrong_state", "judgements[0].command")
        await judge(laboratory, "BREAD/L1", Command.RELEASE, by="bert")
        assert await status(laboratory) is LotStatus.RELEASED

    async def test_what_two_release_stands_until_something_is_decided_anew(
        self, laboratory: Laboratory
    ) -> None:
        no = await opened(laboratory)
        await decide(laboratory, decision(no, outcome=Outcome.REJECT))
        for person in ("anna", "bert"):
            await judge(laboratory, "BREAD/L1", Command.RELEASE, by=person)
        assert await status(laboratory) is LotStatus.RELEASED
        await submit(laboratory, output("s2", "1"))
        await decide(laboratory, decision(no, "1", Outcome.REJECT, split=2))
        assert [word[1] for word in await laboratory.judged()] == [
            "in_inspection",
            "blocked",
            "released",
            "in_inspection",
            "blocked",
        ]

    async def test_what_is_gone_stays_gone(self, laboratory: Laboratory) -> None:
        for name, given, then in (
            ("BREAD/L1", Command.SCRAP, LotStatus.SCRAPPED),
            ("BREAD/L2", Command.RETURN, LotStatus.RETURNED),
        ):
            await judge(laboratory, name, Command.BLOCK, given, by="anna")
            await place(laboratory, hold(f"H {name}", name))
            await submit(laboratory, output(name, lot=name))
            assert await status(laboratory, name) is then
            doing = judge(laboratory, name, Command.RELEASE, by="bert")
            assert await refused(doing) == ("wrong_state", "judgements[0].command")

    async def test_a_batch_of_judgements_is_all_or_none(self, laboratory: Laboratory) -> None:
        with pytest.raises(ConflictError) as caught:
            await judge(laboratory, "BREAD/L1", Command.BLOCK, Command.BLOCK, by="anna")
        assert caught.value.field == "judgements[1].command"
        assert await laboratory.judged() == []
