"""The use cases over ports in memory."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.erp.application.accept_postings import accept_postings
from services.erp.application.apply_holds import apply_holds
from services.erp.application.read_orders import listing_of_orders, read_orders
from services.erp.application.read_state import read_state
from services.erp.domain.hold import Hold
from services.erp.domain.keys import OrderKey
from services.erp.domain.order import Lifecycle, Status
from services.erp.domain.posting import Kind, Line
from services.kit.clock import Instant
from services.kit.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
)
from services.kit.lanes.entry import State
from services.kit.paging import Page
from tests.unit.erp.memory import (
    LOT,
    ORDER,
    Shelf,
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
