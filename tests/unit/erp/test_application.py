"""The use cases over ports in memory."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.erp.application.accept_postings import accept_postings
from services.erp.application.apply_holds import apply_holds
from services.erp.application.poll_orders import Desk, poll_orders
from services.erp.application.read_orders import listing_of_orders, read_orders
from services.erp.application.read_state import read_state
from services.erp.application.take_order import take_order
from services.erp.domain.codes import Code
from services.erp.domain.document import ComponentDocument, OperationDocument, OrderDocument
from services.erp.domain.hold import Hold
from services.erp.domain.keys import OrderKey
from services.erp.domain.order import Confirmed, Control, Lifecycle, News, Status
from services.erp.domain.posting import Kind, Line
from services.erp.ports.feeds import Changes, CommercialFeed, NotRead, RawOrder
from services.kit.clock import Instant
from services.kit.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from services.kit.lanes.entry import State
from services.kit.paging import Page
from tests.unit.erp.memory import (
    CODES,
    LOT,
    NOON,
    ORDER,
    MemoryInbox,
    MemoryMarks,
    MemorySources,
    Shelf,
    document,
    kg,
    order,
    posting,
)

HOLD = Hold("H-1", LOT, active=True, version=1)


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.orders.orders[ORDER] = order()
    return shelf


# --- accept_postings


async def test_a_posting_is_routed_and_dated_by_its_plant(shelf: Shelf) -> None:
    late = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
    [record] = await accept_postings(shelf.books, [posting(occurred_at=Instant(late, 0))])
    assert record.posting is not None
    assert (record.system, record.posting.business_date) == ("erp-1", date(2026, 5, 5))


async def test_the_same_posting_again_is_the_first_one(shelf: Shelf) -> None:
    first = await accept_postings(shelf.books, [posting()])
    assert await accept_postings(shelf.books, [posting(), posting()]) == first * 2
    with pytest.raises(ConflictError):
        await accept_postings(shelf.books, [posting(lines=(Line("widget", kg("41"), "L-7"),))])


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"order": OrderKey("lyon", "1")}, NotFoundError, "postings[0].order.order_no"),
        ({"lines": (Line("steel", kg("1")),)}, InvalidError, "postings[0].lines[0].item_no"),
        (
            {"kind": Kind.REVERSAL, "lines": (), "reverses": "r-9"},
            NotFoundError,
            "postings[0].reverses",
        ),
    ],
)
async def test_a_posting_that_fits_nothing_is_refused(
    shelf: Shelf, change: dict[str, Any], error: type[DomainError], field: str
) -> None:
    with pytest.raises(error) as refused:
        await accept_postings(shelf.books, [posting(**change)])
    assert refused.value.field == field
    assert not shelf.postings.records


@pytest.mark.parametrize("lifecycle", [Lifecycle.PLANNED, Lifecycle.CANCELLED])
async def test_nothing_is_posted_to_an_order_that_is_not_open(
    shelf: Shelf, lifecycle: Lifecycle
) -> None:
    shelf.orders.orders[ORDER] = order(status=Status(lifecycle))
    with pytest.raises(ConflictError) as refused:
        await accept_postings(shelf.books, [posting()])
    assert refused.value.code == "order_not_open"


async def test_an_order_stays_with_its_erp(shelf: Shelf) -> None:
    shelf.master.systems["lyon"] = "erp-2"
    with pytest.raises(ConflictError, match="erp-2") as refused:
        await accept_postings(shelf.books, [posting()])
    assert refused.value.field == "postings[0].order"


async def test_a_reversal_names_a_posting_of_its_order(shelf: Shelf) -> None:
    other = OrderKey("lyon", "4712")
    shelf.orders.orders[other] = order(other)
    back = posting("back", kind=Kind.REVERSAL, lines=(), reverses=posting().reference)
    records = await accept_postings(shelf.books, [posting(), back])
    assert [record.reference for record in records] == [posting().reference, "back"]
    with pytest.raises(NotFoundError):
        await accept_postings(shelf.books, [replace(back, reference="again", order=other)])


async def test_what_is_accepted_of_a_held_lot_waits(shelf: Shelf) -> None:
    await apply_holds(shelf.books, [HOLD])
    used = posting("used", kind=Kind.CONSUMPTION, lines=(Line("steel", kg("3"), "S-1"),))
    records = await accept_postings(shelf.books, [posting(), used])
    assert [record.aside for record in records] == ["L-7 held by H-1", ""]


async def test_an_erp_is_told_once_that_an_order_has_ended_if_it_has_to_hear_of_it(
    shelf: Shelf,
) -> None:
    end = posting("lyon/4711/7/close", kind=Kind.CLOSE, lines=())
    for _ in range(2):
        [record] = await accept_postings(shelf.books, [end])
        assert (record.state, shelf.postings.declined) == (State.READY, [])
    # The ERP has done it since: what was accepted stands.
    shelf.orders.orders[ORDER] = order(status=Status(Lifecycle.CLOSED))
    [record] = await accept_postings(shelf.books, [end])
    assert record.state is State.READY
    shelf.postings.records.clear()
    [record, used] = await accept_postings(shelf.books, [end, posting("late")])
    assert (record.state, used.state) == (State.SKIPPED, State.READY)
    shelf.orders.orders[ORDER] = order()
    shelf.master.deaf = {"lyon"}
    [record] = await accept_postings(shelf.books, [end])
    assert (record.state, record.reason) == (State.SKIPPED, "its own users close orders there")
    assert shelf.postings.declined == ["order lyon/4711 is closed there", record.reason]


# --- take_order


async def test_an_order_is_stored_in_canonical_codes_and_told() -> None:
    shelf = Shelf()
    await take_order(shelf.books, "erp-1", document())
    stored = shelf.orders.orders[ORDER]
    assert stored.status == Status(Lifecycle.RELEASED, Confirmed.PARTIAL)
    assert (stored.quantity, stored.components[0].quantity) == (kg("100"), kg("120.5"))
    assert stored.operations[0].work_center == "lyon/press-1"
    await take_order(shelf.books, "erp-1", document())
    later = document(statuses=("REL", "TECO"), as_of=NOON + timedelta(hours=1))
    await take_order(shelf.books, "erp-1", later)
    assert shelf.orders.orders[ORDER].status.technically_complete
    assert shelf.orders.told == [("lyon/4711", News.RELEASED), ("lyon/4711", News.CHANGED)]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"unit": "KAR"}, "unmapped_code", "quantity.unit"),
        ({"amount": "many"}, "not_a_decimal", "quantity.value"),
        ({"amount": "0"}, "not_positive", "quantity.value"),
        ({"statuses": ("REL", "XYZ")}, "unmapped_code", "statuses[1]"),
        (
            {"components": (ComponentDocument(10, "steel", "1", "KAR"),)},
            "unmapped_code",
            "components[0].quantity.unit",
        ),
        (
            {"operations": (OperationDocument(10, "pressing", "W9"),)},
            "unmapped_code",
            "operations[0].work_center",
        ),
    ],
)
async def test_what_cannot_be_read_is_refused(
    change: dict[str, Any], code: str, field: str
) -> None:
    shelf = Shelf()
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", document(**change))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not shelf.orders.orders


async def test_what_is_reported_and_what_follows_from_it_is_the_erp_s_to_say() -> None:
    pressing = OperationDocument(10, "pressing", "W1", "PP01")
    steel = ComponentDocument(10, "steel", "120.5", "KG", True, 10, "S-1")
    told = document(operations=(pressing,), components=(steel,))
    shelf = Shelf()
    await take_order(shelf.books, "erp-1", told)
    stored = shelf.orders.orders[ORDER]
    # Nobody has mapped any control key of this ERP, so none is used.
    assert stored.operations[0].control is Control.NONE
    assert (stored.components[0].backflush, stored.components[0].operation) == (True, 10)
    assert stored.components[0].lot_no == "S-1"
    shelf.master.codes = (*CODES, Code("control_key", "PP01", "milestone"))
    await take_order(shelf.books, "erp-1", replace(told, as_of=NOON + timedelta(hours=1)))
    assert shelf.orders.orders[ORDER].operations[0].control is Control.MILESTONE
    other = replace(pressing, control_key="PP99")
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", document(operations=(other,), components=(steel,)))
    assert (refused.value.code, refused.value.field) == (
        "unmapped_code",
        "operations[0].control_key",
    )
    bare = replace(pressing, control_key="")
    await take_order(shelf.books, "erp-1", document(operations=(bare,)))
    shelf.master.codes = (*CODES, Code("control_key", "PP01", "sometimes"))
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", told)
    assert refused.value.code == "unknown_control_key"
    stray = document(components=(replace(steel, operation=20),))
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", stray)
    assert (refused.value.code, refused.value.field) == (
        "unknown_operation",
        "components[0].operation",
    )


async def test_a_status_is_mapped_to_one_of_ours() -> None:
    shelf = Shelf()
    shelf.master.codes = (replace(CODES[1], canonical="released"), *CODES[:1])
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-1", document())
    assert refused.value.code == "unknown_status"


async def test_an_erp_speaks_of_its_own_plants() -> None:
    shelf = Shelf()
    with pytest.raises(InvalidError) as refused:
        await take_order(shelf.books, "erp-2", document())
    assert refused.value.code == "foreign_plant"


# --- poll_orders


class PagedErp:
    """Answers a page a call; `asked` are the marks it was given. A raw order is an amount."""

    def __init__(self, *pages: tuple[str, ...]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.sales_orders: CommercialFeed | NotRead = NotRead("it sells nothing")
        self.purchase_orders: CommercialFeed | NotRead = NotRead("it buys nothing")

    async def list_orders(self, changed_since: str) -> Changes:
        """The next page."""
        self.asked.append(changed_since)
        page = self.pages[len(self.asked) - 1]
        orders = tuple(RawOrder("4711", amount.encode()) for amount in page)
        return Changes(orders, f"m{len(self.asked)}", len(self.asked) < len(self.pages))

    def read_order(self, content: bytes) -> OrderDocument:
        """An order of that amount."""
        return document(amount=content.decode())

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """Nobody asks for one."""
        raise NotImplementedError


async def test_a_poll_reads_every_page_and_goes_on_from_the_mark() -> None:
    shelf, inbox, marks, sources = Shelf(), MemoryInbox(), MemoryMarks(), MemorySources()
    erp = PagedErp(("bad", "7"), ("8", "7"))
    await poll_orders("erp-1", erp, Desk(lambda *_: inbox, marks, shelf.books, sources))
    assert erp.asked == ["", "m1"]
    assert marks.marks == {("erp-1", "production_order"): "m2"}
    assert shelf.orders.orders[ORDER].quantity == kg("8")
    assert inbox.kept[("4711", b"bad")] == "not_a_decimal quantity.value"
    assert sources.said == [("erp-1", NOON)]
    assert sources.not_read == {
        "sales_order": "it sells nothing",
        "purchase_order": "it buys nothing",
    }


async def test_what_failed_is_read_again_before_the_next_page() -> None:
    shelf, inbox, marks = Shelf(), MemoryInbox(), MemoryMarks()
    codes, shelf.master.codes = shelf.master.codes, ()
    desk = Desk(lambda *_: inbox, marks, shelf.books, MemorySources())
    await poll_orders("erp-1", PagedErp(("7",)), desk)
    assert not shelf.orders.orders
    assert inbox.kept[("4711", b"7")] == "unmapped_code quantity.unit"
    shelf.master.codes = codes
    await poll_orders("erp-1", PagedErp(()), desk)
    assert shelf.orders.orders[ORDER].quantity == kg("7")


# --- reads


async def test_orders_are_read_in_the_order_asked_for(shelf: Shelf) -> None:
    other, none = OrderKey("lyon", "1"), OrderKey("lyon", "9")
    shelf.orders.orders[other] = order(other)
    found, missing = await read_orders(shelf.orders, [ORDER, none, other, ORDER])
    assert [row.key for row in found] == [ORDER, other]
    assert missing == [none]


async def test_a_place_in_the_orders_of_a_plant_is_none_in_anothers(shelf: Shelf) -> None:
    for number in ("1", "2"):
        shelf.orders.orders[OrderKey("lyon", number)] = order(OrderKey("lyon", number))
    lyon = listing_of_orders("lyon")
    first = await shelf.orders.page("lyon", Page.read(lyon, 1, ""))
    assert Page.read(lyon, 1, first.end_cursor).after == ("1",)
    with pytest.raises(InvalidError):
        Page.read(listing_of_orders("metz"), 1, first.end_cursor)


async def test_a_snapshot_holds_the_orders_wanted_and_their_postings(shelf: Shelf) -> None:
    for number in ("1", "2"):
        shelf.orders.orders[OrderKey("lyon", number)] = order(OrderKey("lyon", number))
    await accept_postings(shelf.books, [posting()])
    parts = [part async for part in read_state(shelf.books, lambda key: key.order_no != "2")]
    assert [one.key.order_no for orders, _ in parts for one in orders] == ["1", "4711"]
    assert [one.reference for _, records in parts for one in records] == [posting().reference]


class SilentErp(PagedErp):
    """Does not answer."""

    async def list_orders(self, changed_since: str) -> Changes:
        """Nothing."""
        raise UnavailableError("no answer")


async def test_an_erp_that_does_not_answer_is_known_to_be_silent() -> None:
    sources = MemorySources()
    desk = Desk(lambda *_: MemoryInbox(), MemoryMarks(), Shelf().books, sources)
    with pytest.raises(UnavailableError):
        await poll_orders("erp-1", SilentErp(), desk)
    await poll_orders("erp-1", PagedErp(()), desk)
    assert sources.said == [("erp-1", "no answer"), ("erp-1", None)]
