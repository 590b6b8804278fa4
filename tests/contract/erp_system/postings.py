"""What is booked, what is refused, and what is taken back."""

import pytest

from services.erp.domain.document import Sought
from services.erp.domain.posting import Kind
from services.erp.ports import ErpSystem
from services.kit.errors import UnavailableError
from services.kit.lanes.outcome import (
    NeedsConfirmation,
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
    line,
    made,
    meet,
    post,
    posting,
    ref,
)


class PostingContract:
    """Postings in fair weather, and those that the ERP does not want."""

    async def test_a_posting_is_booked_and_found_by_our_key(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        outcome = await post(erp, made(stage, "p-1", "40"))
        assert isinstance(outcome, Posted)
        assert await booked(stage, "p-1") == [outcome.document]
        assert await stage.stock() == {(stage.made, "L-1"): 40}
        assert (await find(erp, stage, "p-1")).documents == (outcome.document,)

    @pytest.mark.parametrize(
        ("kind", "effect"),
        [(Kind.CONSUMPTION, -3), (Kind.RETURN, 3), (Kind.SCRAP, 0)],
    )
    async def test_every_kind_moves_its_own_way(
        self, erp: ErpSystem, stage: Stage, kind: Kind, effect: int
    ) -> None:
        paper = posting(stage, "k-1", kind, line(stage.used, "3", stage.unit, "R-1"))
        assert isinstance(await post(erp, paper), Posted)
        assert (await stage.stock()).get((stage.used, "R-1"), 0) == effect

    async def test_an_order_is_closed_once_and_takes_no_more(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        closed = await post(erp, posting(stage, "close", Kind.CLOSE))
        assert isinstance(closed, Posted)
        assert (await find(erp, stage, "close")).documents == (closed.document,)
        assert isinstance(await post(erp, made(stage, "p-1", "1")), Rejected)

    async def test_many_references_are_found_at_once_and_apart(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        await stage.release("4712")
        first = await post(erp, made(stage, "p-1", "1"))
        other = await post(erp, made(stage, "p-2", "2", order_no="4712"))
        sought = [
            Sought(stage.plant, ORDER, ref(stage, "p-1")),
            Sought(stage.plant, "4712", ref(stage, "p-2")),
            Sought(stage.plant, ORDER, ref(stage, "p-3")),
        ]
        found = await erp.find(sought)
        assert not isinstance(found, Unavailable)
        assert isinstance(first, Posted)
        assert isinstance(other, Posted)
        assert {reference: held.documents for reference, held in found.items()} == {
            ref(stage, "p-1"): (first.document,),
            ref(stage, "p-2"): (other.document,),
            ref(stage, "p-3"): (),
        }

    async def test_a_document_is_taken_back_once(self, erp: ErpSystem, stage: Stage) -> None:
        first = await post(erp, made(stage, "p-1", "40"))
        assert isinstance(first, Posted)
        undo = posting(stage, "p-1/undo", Kind.REVERSAL)
        taken_back = await erp.cancel(undo, first.document)
        assert isinstance(taken_back, Posted)
        assert await stage.stock() == {}
        assert (await find(erp, stage, "p-1/undo")).documents == (taken_back.document,)
        assert (await find(erp, stage, "p-1")).documents == (first.document,), "it was posted"
        again = await erp.cancel(posting(stage, "p-1/again", Kind.REVERSAL), first.document)
        assert isinstance(again, Rejected)
        assert await stage.stock() == {}

    async def test_a_business_refusal_names_our_field(self, erp: ErpSystem, stage: Stage) -> None:
        good = line(stage.made, "1", stage.unit, "L-1")
        unknown = line("no-such-item", "1", stage.unit, "L-1")
        outcome = await post(erp, posting(stage, "p-1", Kind.YIELD, good, unknown))
        assert isinstance(outcome, Rejected)
        assert outcome.reason
        assert outcome.field == "lines[1].item_no"
        assert await booked(stage, "p-1") == []

    async def test_a_closed_period_is_a_class_of_its_own(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        outcome = await post(erp, made(stage, "p-1", "40", day=stage.closed_day))
        assert isinstance(outcome, Rejected)
        assert (outcome.code, outcome.field) == ("period_closed", "business_date")
        assert await booked(stage, "p-1") == []

    async def test_a_warning_wants_confirmation_first(self, erp: ErpSystem, stage: Stage) -> None:
        if Trouble.ASKS not in stage.troubles:
            pytest.skip(f"not this ERP: {Trouble.ASKS}")
        warned = await post(erp, made(stage, "p-1", "101"))
        assert isinstance(warned, NeedsConfirmation)
        assert await booked(stage, "p-1") == []
        confirmed = await post(erp, made(stage, "p-1", "101"), warned.code)
        assert isinstance(confirmed, Posted)
        assert await stage.stock() == {(stage.made, "L-1"): 101}

    async def test_ok_without_a_booking_is_not_believed(self, erp: ErpSystem, stage: Stage) -> None:
        await meet(stage, Trouble.DID_NOTHING)
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Unknown)
        assert (await find(erp, stage, "p-1")).documents == ()
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Posted)
        assert await stage.stock() == {(stage.made, "L-1"): 40}

    async def test_a_page_for_people_is_no_answer(self, erp: ErpSystem, stage: Stage) -> None:
        await meet(stage, Trouble.NONSENSE)
        outcome = await erp.post(made(stage, "p-1", "40"), None, ())
        assert isinstance(outcome, Unknown | Unavailable)
        assert isinstance(
            await erp.find([Sought(stage.plant, ORDER, ref(stage, "p-1"))]), Unavailable
        )
        with pytest.raises(UnavailableError):
            await erp.list_orders("")

    async def test_a_part_of_a_posting_does_not_stand(self, erp: ErpSystem, stage: Stage) -> None:
        both = posting(
            stage,
            "p-1",
            Kind.CONSUMPTION,
            line(stage.used, "3", stage.unit, "R-1"),
            line(stage.used, "4", stage.unit, "R-2"),
        )
        await meet(stage, Trouble.PARTIAL)
        outcome = await post(erp, both)
        assert isinstance(outcome, Rejected)
        assert outcome.field.startswith("lines[1]")
        assert await stage.stock() == {}
        assert (await find(erp, stage, "p-1")).documents == ()
        assert isinstance(await post(erp, both), Posted)
        assert await stage.stock() == {(stage.used, "R-1"): -3, (stage.used, "R-2"): -4}
        assert len((await find(erp, stage, "p-1")).documents) == 1
