"""Answers that are lost, late, false, or ask for patience."""

import pytest

from services.erp.domain.document import Sought
from services.erp.domain.posting import Kind
from services.erp.ports import ErpSystem
from services.kit.errors import UnavailableError
from services.kit.lanes.outcome import (
    Accepted,
    Conflict,
    Found,
    Posted,
    Rejected,
    Unavailable,
    Unknown,
)
from tests.contract.erp_system.stage import (
    ORDER,
    Stage,
    Trouble,
    booked,
    find,
    made,
    meet,
    post,
    posting,
    ref,
    settled,
)
from tests.waiting import until


class AnswerContract:
    """What the adapter makes of an ERP on a bad day."""

    async def test_a_booking_whose_answer_was_lost_is_found(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        await meet(stage, Trouble.LOST_AFTER)
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Unknown)
        found = await find(erp, stage, "p-1")
        assert list(found.documents) == await booked(stage, "p-1")
        assert len(found.documents) == 1

    async def test_what_was_lost_on_its_way_is_not_found_and_can_be_posted(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        await meet(stage, Trouble.LOST_BEFORE)
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Unknown)
        assert (await find(erp, stage, "p-1")).documents == ()
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Posted)
        assert await stage.stock() == {(stage.made, "L-1"): 40}

    async def test_a_late_booking_is_unknown_until_it_is_there(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        await meet(stage, Trouble.LATE, seconds=0.3)
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Unknown)
        assert (await find(erp, stage, "p-1")).documents == ()
        await until(lambda: booked(stage, "p-1"))
        assert len((await find(erp, stage, "p-1")).documents) == 1

    async def test_a_reversal_whose_answer_was_lost_is_found(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        first = await post(erp, made(stage, "p-1", "40"))
        assert isinstance(first, Posted)
        await meet(stage, Trouble.LOST_AFTER)
        undo = posting(stage, "p-1/undo", Kind.REVERSAL)
        assert isinstance(await erp.cancel(undo, first.document), Unknown)
        assert len((await find(erp, stage, "p-1/undo")).documents) == 1

    async def test_an_outage_is_unavailable_to_everyone_and_passes(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        await meet(stage, Trouble.OUTAGE)
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Unavailable)
        assert isinstance(
            await erp.find([Sought(stage.plant, ORDER, ref(stage, "p-1"))]), Unavailable
        )
        assert isinstance(await erp.result_of("T1"), Unavailable)
        with pytest.raises(UnavailableError):
            await erp.list_orders("")
        with pytest.raises(UnavailableError):
            await erp.get_order(stage.plant, ORDER)
        await stage.clear()
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Posted)

    async def test_a_repeat_is_prevented_or_found(self, erp: ErpSystem, stage: Stage) -> None:
        version = (await find(erp, stage, "p-1")).version
        assert isinstance(await erp.post(made(stage, "p-1", "40"), version, ()), Posted)
        again = await erp.post(made(stage, "p-1", "40"), version, ())
        held = (await find(erp, stage, "p-1")).documents
        assert list(held) == await booked(stage, "p-1")
        if erp.capabilities.duplicates == "prevented":
            assert isinstance(again, Conflict | Posted)
            assert len(held) == 1
        else:
            assert isinstance(again, Posted)
            assert len(held) == 2, "what is not prevented must be found"

    async def test_a_stale_version_books_nothing(self, erp: ErpSystem, stage: Stage) -> None:
        if not erp.capabilities.versioned:
            pytest.skip("this ERP has no versions")
        stale = (await find(erp, stage, "p-2")).version
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Posted)
        assert isinstance(await erp.post(made(stage, "p-2", "1"), stale, ()), Conflict)
        assert await booked(stage, "p-2") == []
        assert isinstance(await post(erp, made(stage, "p-2", "1")), Posted), "with the newest"

    async def test_an_order_open_elsewhere_is_a_conflict(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        await meet(stage, Trouble.LOCKED)
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Conflict)
        assert await booked(stage, "p-1") == []

    async def test_throttling_says_how_long_to_wait(self, erp: ErpSystem, stage: Stage) -> None:
        await meet(stage, Trouble.THROTTLED)
        outcome = await erp.post(made(stage, "p-1", "40"), None, ())
        assert isinstance(outcome, Unavailable)
        assert outcome.throttled
        assert outcome.retry_after > 0
        await stage.clear()
        assert await booked(stage, "p-1") == []

    async def test_a_closed_door_is_unavailable(self, erp: ErpSystem, stage: Stage) -> None:
        await meet(stage, Trouble.BUSY)
        outcome = await post(erp, made(stage, "p-1", "40"))
        assert isinstance(outcome, Unavailable)
        assert not outcome.throttled
        assert await booked(stage, "p-1") == []

    async def test_a_later_answer_is_fetched_by_its_token(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        await meet(stage, Trouble.ASYNCHRONOUS, seconds=0.3)
        taken = await post(erp, made(stage, "p-1", "40"))
        assert isinstance(taken, Accepted)
        assert (await find(erp, stage, "p-1")) == Found(
            token=taken.token, version=(await find(erp, stage, "p-1")).version
        )
        assert await erp.result_of(taken.token) == taken
        outcome = await settled(erp, taken)
        assert isinstance(outcome, Posted)
        assert await booked(stage, "p-1") == [outcome.document]
        assert (await find(erp, stage, "p-1")).documents == (outcome.document,)

    async def test_a_later_refusal_says_why(self, erp: ErpSystem, stage: Stage) -> None:
        await meet(stage, Trouble.ASYNCHRONOUS)
        taken = await post(erp, made(stage, "p-1", "40", day=stage.closed_day))
        assert isinstance(taken, Accepted)
        outcome = await settled(erp, taken)
        assert isinstance(outcome, Rejected)
        assert outcome.code == "period_closed"
        assert (await find(erp, stage, "p-1")).token == ""
