"""Facts are kept once, booked once, and what follows is planned once."""

from collections.abc import Collection, Sequence
from typing import Any

import pytest

from services.kit.errors import ConflictError, InvalidError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.process.application.book import book_confirmations, book_disposition, book_reversal
from services.process.application.keep_facts import keep_facts
from services.process.application.tell_posted import Verdict, Word, tell_posted
from services.process.application.wake_orders import wake_orders
from services.process.application.wake_stuck import list_stuck, listing_of_stuck, wake_stuck
from services.process.domain.effects import Kind, Move, Movement, Posting, Stock
from services.process.domain.facts import (
    Confirmed,
    Consumption,
    Disposed,
    HoldOrdered,
    Saga,
    TakenBack,
)
from services.process.domain.keys import OrderKey
from services.process.domain.ledger import Disposition, Outcome
from services.process.domain.refusal import judge
from services.process.domain.stuck import StuckFlow
from services.process.ports import PostedPart, Wake
from tests.unit.process.memory import memory_books
from tests.unit.process.samples import AT, LOT, NOON, ORDER, confirmed, disposed, kilograms, told


async def book(books: Any, *pairs: tuple[Confirmed, str]) -> None:
    """Confirmations with their inspections."""
    facts = [(told(fact, f"e-{fact.number}"), fact) for fact, _ in pairs]
    await book_confirmations(books, facts, [inspection for _, inspection in pairs], NOON)


async def decide(books: Any, fact: Disposed) -> None:
    """One decision."""
    await book_disposition(books, told(fact, f"d-{fact.disposition.split_no}"), fact)


def postings(books: Any) -> list[str]:
    """References at erp, in order."""
    return [one.reference for one in books.effects.planned.values() if one.at == "erp"]


async def test_facts_wake_each_flow_and_saga_once() -> None:
    books = memory_books()
    hold = HoldOrdered("H-1", "lyon", (LOT,), active=True, version=1)
    back = TakenBack(ORDER, 3, 1, AT)
    assert back.track != confirmed(1).track
    facts = [told(confirmed(1), "a"), told(back, "b"), told(hold, "c")]
    assert await keep_facts(books, facts) == [
        Wake(Saga.PRODUCTION_CONFIRMATION, ORDER.flow, "a"),
        Wake(Saga.APPLY_HOLD, "hold/H-1", "c"),
    ]
    assert books.holds.rows == {"H-1": hold}
    assert await keep_facts(books, facts) == []


async def test_confirmations_are_booked_once_and_inspected_yield_waits() -> None:
    books = memory_books()
    for _ in range(2):
        await book(books, (confirmed(1, scrap=("1",)), "I-1"), (confirmed(2), ""))
    assert [one.number for one in books.ledgers.yields] == [1]
    assert postings(books) == ["lyon/4711/1/scrap", "lyon/4711/2/yield"]


async def test_confirmation_without_yield_books_none() -> None:
    books = memory_books()
    await book(books, (confirmed(1, 0, scrap=("1",)), ""))
    assert not books.ledgers.parts_kept
    assert postings(books) == ["lyon/4711/1/scrap"]


async def test_decision_releases_exactly_its_part_once() -> None:
    books = memory_books()
    await book(books, (confirmed(1, 60), "I-1"), (confirmed(2, 40), "I-1"))
    for _ in range(2):
        await decide(books, disposed(1, 80))
    assert postings(books) == ["lyon/4711/1/yield/I-1/1", "lyon/4711/2/yield/I-1/1"]
    await decide(books, disposed(2, 20, Outcome.QUARANTINE))
    assert len(postings(books)) == 2
    assert "wms lyon/4711/2/block/I-1/2" in books.effects.planned
    assert not books.ledgers.yields


async def test_decision_that_comes_first_waits_for_its_yield() -> None:
    books = memory_books()
    await decide(books, disposed(1, 10))
    assert not postings(books)
    await book(books, (confirmed(1), "I-1"))
    assert postings(books) == ["lyon/4711/1/yield/I-1/1"]


async def test_what_followed_from_a_confirmation_is_taken_back_the_last_first() -> None:
    books = memory_books()
    steel = (Consumption("steel", "S-1", kilograms(3)),)
    fact = confirmed(1, scrap=("1",), consumed=steel, returned=steel)
    await keep_facts(books, [told(fact, "e-1")])
    await book(books, (fact, ""))
    done = list(books.effects.planned)
    back = TakenBack(ORDER, 2, 1, AT)
    for _ in range(2):
        await book_reversal(books, told(back, "b-1"), back)
    planned = list(books.effects.planned.values())
    undone = planned[len(done) :]
    assert [f"{one.at} {one.reverses}" for one in undone] == done[::-1]
    assert len({one.reference for one in planned}) == len(planned) == 2 * len(done) == 14
    for one, before in zip(undone, reversed(planned[: len(done)]), strict=True):
        if isinstance(one, Movement) and isinstance(before, Movement):
            assert one.move is Move.REVERSAL
            assert (one.lot, one.stock, one.quantity, one.order) == (
                before.lot,
                before.stock,
                before.quantity,
                before.order,
            )
        else:
            assert isinstance(one, Posting)
            assert (one.kind, one.lines, one.number) == (Kind.REVERSAL, (), 2)
    assert books.ledgers.taken_back == {1: 2}


async def test_a_consumption_alone_is_taken_back_without_a_yield() -> None:
    books = memory_books()
    fact = confirmed(1, 0, consumed=(Consumption("steel", "S-1", kilograms(3)),))
    await keep_facts(books, [told(fact, "e-1")])
    await book(books, (fact, ""))
    back = TakenBack(ORDER, 2, 1, AT)
    await book_reversal(books, told(back, "b-1"), back)
    assert postings(books) == ["lyon/4711/1/consumption", "lyon/4711/2/reversal/1"]


async def test_what_is_not_booked_or_in_inspection_is_not_taken_back() -> None:
    books = memory_books()
    back = TakenBack(ORDER, 2, 1, AT)
    with pytest.raises(ConflictError) as caught:
        await book_reversal(books, told(back, "b-1"), back)
    refusal = judge(caught.value)
    assert refusal is not None
    assert (refusal.code, refusal.field, refusal.may_pass) == (
        "unbooked_confirmation",
        "reverses",
        True,
    )
    await keep_facts(books, [told(confirmed(1), "e-1")])
    await book(books, (confirmed(1), "I-1"))
    before = dict(books.effects.planned)
    with pytest.raises(ConflictError, match="in inspection I-1") as caught:
        await book_reversal(books, told(back, "b-1"), back)
    refusal = judge(caught.value)
    assert refusal is not None
    assert (refusal.code, refusal.may_pass) == ("yield_inspected", True)
    assert books.effects.planned == before


async def test_what_quality_decided_of_is_taken_back_with_the_yield() -> None:
    """In whatever parts, once there is nothing left to decide; the last first."""
    books = memory_books()
    await keep_facts(books, [told(confirmed(1, 100), "e-1")])
    await book(books, (confirmed(1, 100), "I-1"))
    back = TakenBack(ORDER, 2, 1, AT)
    await decide(books, Disposed(ORDER, Disposition("I-1", 1, Outcome.SCRAP, kilograms(60)), AT))
    with pytest.raises(ConflictError, match="40 KGM are undecided in inspection I-1"):
        await book_reversal(books, told(back, "b-1"), back)
    await decide(books, Disposed(ORDER, Disposition("I-1", 2, Outcome.ACCEPT, kilograms(40)), AT))
    known = set(books.effects.planned)
    await book_reversal(books, told(back, "b-1"), back)
    undone = [one for name, one in books.effects.planned.items() if name not in known]
    assert [one.reverses for one in undone if isinstance(one, Movement)] == [
        "lyon/4711/1/release/I-1/2",
        "lyon/4711/1/scrap/I-1/1",
        "lyon/4711/1/receipt",
    ]
    assert [one.reverses for one in undone if isinstance(one, Posting)] == [
        "lyon/4711/1/yield/I-1/2",
        "lyon/4711/1/scrap/I-1/1",
    ]
    assert {one.stock for one in undone if isinstance(one, Movement)} == {Stock.QUALITY}
    assert books.ledgers.taken_back == {1: 2}


async def test_decision_in_another_unit_is_refused() -> None:
    books = memory_books()
    await book(books, (confirmed(1), "I-1"))
    pieces = Disposition("I-1", 1, Outcome.ACCEPT, Quantity.parse("1", "H87"))
    with pytest.raises(InvalidError):
        await decide(books, Disposed(ORDER, pieces, AT))


async def test_posted_yield_is_told_once_and_nothing_else_is() -> None:
    books = memory_books()
    await book(books, (confirmed(1, scrap=("1",)), ""))
    parts: list[PostedPart] = []

    async def say(reference: str, verdict: Verdict = Verdict.POSTED) -> None:
        await tell_posted(books, Word(reference, verdict, "D-1", "closed", NOON), parts.append)

    await say("lyon/4711/1/yield", Verdict.REFUSED)
    assert books.effects.words == {"lyon/4711/1/yield": "refused: closed"}
    for _ in range(2):
        await say("lyon/4711/1/yield")
        await say("lyon/4711/1/scrap")
        await say("somebody else's")
    assert [(one.posting.number, one.document) for one in parts] == [(1, "D-1")]


async def test_orders_are_woken_where_they_are_known() -> None:
    books = memory_books()
    assert await wake_orders(books, [ORDER, OrderKey("oslo", "1")], NOON) == 1
    assert books.flows.called == {ORDER.flow: NOON}


class _Stuck:
    """One flow that is stuck."""

    def __init__(self, *flows: str) -> None:
        self.flows = [StuckFlow(flow, "lyon", ()) for flow in flows]

    async def page(
        self, plants: Collection[str] | None, code: str, page: Page
    ) -> Sequence[StuckFlow]:
        """All of them."""
        return self.flows

    async def get(self, flows: Collection[str]) -> Sequence[StuckFlow]:
        """Those named."""
        return [one for one in self.flows if one.flow in flows]


async def test_what_is_stuck_is_listed_in_pages_and_woken() -> None:
    stuck, books = _Stuck(ORDER.flow, "order/lyon/4712"), memory_books()
    page = Page.read(listing_of_stuck("lyon", ""), 1, "")
    cut = await list_stuck(stuck, None, "", page)
    assert ([one.flow for one in cut.rows], cut.has_more) == ([ORDER.flow], True)
    assert Page.read(listing_of_stuck("lyon", ""), 1, cut.end_cursor).after == (ORDER.flow,)
    await wake_stuck(books.flows, await stuck.get([ORDER.flow]), NOON)
    assert books.flows.called == {ORDER.flow: NOON}
