"""What every ErpSystem must do. An adapter joins by subclassing and naming its fixtures.

The judge is never the adapter: what was booked is read from the ERP's own books.
"""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Collection
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import pytest

from services.erp.domain.document import LineDocument, PostingDocument, Sought
from services.erp.domain.posting import Kind
from services.erp.ports import Changes, ErpSystem
from services.kit.clock import Instant
from services.kit.errors import InvalidError, UnavailableError
from services.kit.lanes.outcome import (
    Accepted,
    Conflict,
    Found,
    NeedsConfirmation,
    Outcome,
    Posted,
    Rejected,
    Unavailable,
    Unknown,
)

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
DAY = NOON.date()
ORDER = "4711"


class Trouble(StrEnum):
    """What can go wrong on the other side."""

    LOST_BEFORE = "the answer is lost and nothing was booked"
    LOST_AFTER = "it is booked and the answer is lost"
    LATE = "the answer is lost and it is booked a little later"
    DID_NOTHING = "it answers OK and does nothing"
    PARTIAL = "it books only the first line"
    ASYNCHRONOUS = "it takes the posting and answers later"
    BUSY = "it is closed for a moment"
    THROTTLED = "we are too fast"
    NONSENSE = "it answers with a page for people"
    OUTAGE = "it takes no connection"
    LOCKED = "somebody else has the order open"
    LATE_COMMIT = "a change becomes visible after younger ones"


class Stage(Protocol):
    """The ERP from its own side: its users, its books, its bad days. One plant a test.

    `made` and `used` are items, `unit` the ERP's code; an order is for 100 of `made`. `troubles`
    are those it can have: a test of another one is skipped.
    """

    @property
    def plant(self) -> str: ...

    @property
    def made(self) -> str: ...

    @property
    def used(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def closed_day(self) -> dt.date:
        """Within a closed period."""
        ...

    @property
    def troubles(self) -> Collection[Trouble]: ...

    async def release(self, order_no: str) -> None:
        """Create an order and release it."""
        ...

    async def overtake(self, slow: str, quick: str) -> "asyncio.Task[None]":
        """Change `slow` in a transaction that begins before, and is committed after, quick's.

        Returns when quick's is committed; slow's is when the task is done.
        """
        ...

    async def bring(self, trouble: Trouble, *, seconds: float = 0.0) -> None:
        """The next visit meets it; throttling, outage and nonsense last until clear()."""
        ...

    async def clear(self) -> None:
        """Fair weather."""
        ...

    async def stock(self) -> dict[tuple[str, str], Decimal]:
        """By (item, lot); what is zero is left out."""
        ...

    async def documents(self, reference: str) -> list[str]:
        """What its own books hold under a reference and nobody took back."""
        ...


class ErpSystemContract:
    """Fixtures: `erp` is the adapter, `stage` the other side of the same ERP, with order 4711."""

    # -- in fair weather

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

    # -- no answer

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

    # -- too often, too old, too fast

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

    # -- refusals

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

    # -- answers that come later

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

    # -- orders

    async def test_an_order_is_read_as_the_erp_says_it(self, erp: ErpSystem, stage: Stage) -> None:
        raw = await erp.get_order(stage.plant, ORDER)
        assert raw is not None
        order = erp.read_order(raw.content)
        assert (order.plant, order.order_no, order.item_no) == (stage.plant, ORDER, stage.made)
        assert (Decimal(order.amount), order.unit) == (Decimal(100), stage.unit)
        assert order.as_of.utcoffset() is not None
        assert [one.item_no for one in order.components] == [stage.used]
        assert order.statuses
        assert order.operations
        assert order.version

    async def test_an_unknown_order_is_none(self, erp: ErpSystem, stage: Stage) -> None:
        assert await erp.get_order(stage.plant, "no-such-order") is None

    async def test_unreadable_content_is_invalid(self, erp: ErpSystem) -> None:
        with pytest.raises(InvalidError):
            erp.read_order(b'{"plant": 7}')

    async def test_changes_are_polled_page_by_page(self, erp: ErpSystem, stage: Stage) -> None:
        wanted = {ORDER, *(f"5{number}" for number in range(7))}
        for order_no in sorted(wanted - {ORDER}):
            await stage.release(order_no)
        seen, mark, pages = await poll(erp, "")
        assert seen == wanted
        assert pages > 1, "the fixture's page is smaller than this"
        await stage.release("6000")
        assert "6000" in (await poll(erp, mark))[0]

    async def test_a_change_that_is_committed_late_is_not_missed(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        await stage.release("4712")
        if Trouble.LATE_COMMIT not in stage.troubles:
            pytest.skip(f"not this ERP: {Trouble.LATE_COMMIT}")
        before = await versions(erp, stage, ORDER, "4712")
        late = await stage.overtake(slow=ORDER, quick="4712")
        seen, mark = await changed_since(erp, "", before)
        assert seen == {"4712"}
        await late
        assert ORDER in (await changed_since(erp, mark, before))[0]


# -- what the tests are written with


def line(item: str, amount: str, unit: str, lot: str) -> LineDocument:
    """So much of a lot."""
    return LineDocument(item, lot, Decimal(amount), unit, "")


def posting(
    stage: Stage,
    reference: str,
    kind: Kind,
    *lines: LineDocument,
    order_no: str = ORDER,
    day: dt.date = DAY,
) -> PostingDocument:
    """A posting of noon."""
    return PostingDocument(
        stage.plant, order_no, ref(stage, reference), kind, lines, Instant.of(NOON), day
    )


def made(
    stage: Stage,
    reference: str,
    amount: str,
    *,
    order_no: str = ORDER,
    day: dt.date = DAY,
) -> PostingDocument:
    """Yield into lot L-1."""
    produced = line(stage.made, amount, stage.unit, "L-1")
    return posting(stage, reference, Kind.YIELD, produced, order_no=order_no, day=day)


def ref(stage: Stage, name: str) -> str:
    """Our key of a posting: unique in the ERP, whatever other tests post there."""
    return f"{stage.plant}/{name}"


async def find(erp: ErpSystem, stage: Stage, name: str) -> Found:
    """What the adapter finds for order 4711."""
    found = await erp.find([Sought(stage.plant, ORDER, ref(stage, name))])
    assert not isinstance(found, Unavailable), found.reason
    return found[ref(stage, name)]


async def booked(stage: Stage, name: str) -> list[str]:
    """What the ERP's own books hold."""
    return await stage.documents(ref(stage, name))


async def post(erp: ErpSystem, paper: PostingDocument, *confirmed: str) -> Outcome:
    """Find the version and post, as the lane does; without an answer to find, post blindly."""
    found = await erp.find([Sought(paper.plant, paper.order_no, paper.reference)])
    version = None if isinstance(found, Unavailable) else found[paper.reference].version
    return await erp.post(paper, version, confirmed)


async def settled(erp: ErpSystem, taken: Accepted) -> Outcome:
    """What became of an accepted posting."""
    outcome: Outcome = taken

    async def done() -> bool:
        nonlocal outcome
        outcome = await erp.result_of(taken.token)
        return outcome != taken

    await until(done)
    return outcome


async def until(fact: Callable[[], Awaitable[object]], seconds: float = 10.0) -> None:
    """Wait for a fact on the other side."""
    async with asyncio.timeout(seconds):
        while True:
            if await fact():
                return
            await asyncio.sleep(0.02)


async def meet(stage: Stage, trouble: Trouble, *, seconds: float = 0.0) -> None:
    """Bring a trouble, or skip the test where this ERP never has it."""
    if trouble not in stage.troubles:
        pytest.skip(f"not this ERP: {trouble}")
    await stage.bring(trouble, seconds=seconds)


async def poll(erp: ErpSystem, mark: str) -> tuple[set[str], str, int]:
    """Orders seen since a mark, the next mark, and the number of pages."""
    seen, pages = set[str](), 0
    while True:
        changes: Changes = await erp.list_orders(mark)
        seen |= {erp.read_order(raw.content).order_no for raw in changes.orders}
        mark, pages = changes.mark, pages + 1
        if not changes.more:
            return seen, mark, pages


async def versions(erp: ErpSystem, stage: Stage, *order_nos: str) -> dict[str, str]:
    """Of orders as they are now."""
    known = {}
    for order_no in order_nos:
        raw = await erp.get_order(stage.plant, order_no)
        assert raw is not None
        known[order_no] = erp.read_order(raw.content).version
    return known


async def changed_since(erp: ErpSystem, mark: str, before: dict[str, str]) -> tuple[set[str], str]:
    """Orders that a poll shows in another version than `before`, and the next mark."""
    seen = set[str]()
    while True:
        changes = await erp.list_orders(mark)
        for order in (erp.read_order(raw.content) for raw in changes.orders):
            seen |= {order.order_no} if before.get(order.order_no) != order.version else set()
        mark = changes.mark
        if not changes.more:
            return seen, mark
