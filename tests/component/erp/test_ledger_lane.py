"""Postings and orders between the service and a real ledger."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from secrets import token_hex

import pytest
from plantmesh.common.v1.keys_pb2 import OrderKey
from plantmesh.erp.v1 import postings_pb2 as pb
from plantmesh.erp.v1.events_pb2 import (
    PostingDone,
    PostingRefused,
    PostingSkipped,
    ProductionOrderChanged,
    ProductionOrderReleased,
)

from services.erp.adapters.lane import Words, announce, lanes_over
from services.erp.adapters.poller import Poller
from services.erp.adapters.registry import Connect, connections, kept_in
from services.erp.application.poll_orders import Desk, poll_orders
from services.erp.domain.codes import Code, Direction, Question
from services.erp.ports import ErpSystem
from services.erp.store import sql_books
from services.erp.store.inbox import Inboxes, SqlMarks
from services.kit.errors import UnavailableError
from services.kit.lanes.desk import Act, fix, replay, skip
from services.kit.lanes.systems import System, put_system
from services.kit.lanes.worker import Worker
from services.kit.store import Store
from tests.component.erp.conftest import CODES, Stubs, ask, events, set_up
from tests.component.erp.requests import accept, hold, line, posting
from tests.copies import put_codes
from tests.unit.erp.memory import NOON, MemorySteward
from tools.mesh.program import Program
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.journal import documents
from tools.simulators.ledger.papers import Component, Item, Operation, Order
from tools.simulators.ledger.place import Place

OLGA = Act("olga", "counted twice")
BURNT = Code("reason", "02", "burnt")


@pytest.fixture
def order(ledger_process: tuple[Program, Place]) -> Order:
    """100 kg of widgets, planned; its number is nobody else's."""
    return Order(
        plant="lyon",
        order=token_hex(4),
        item="widget",
        quantity=Decimal(100),
        unit="KG",
        due_start=NOON,
        due_end=NOON + timedelta(days=1),
        components=(Component(10, "steel", Decimal("1.5"), "KG"),),
        operations=(Operation(10, "press", "WC-1"),),
    )


@pytest.fixture
async def system(
    store: Store, ledger: Client, ledger_process: tuple[Program, Place], order: Order
) -> System:
    """The ledger's row; items and the order are in its books."""
    for item in ("widget", "steel"):
        await ledger.keep(Item(item, "KG"))
    await ledger.put_order(order)
    row = System(
        "erp-1",
        "ledger",
        ("lyon",),
        budget=10_000,
        secret="ledger",
        settings={"url": ledger.url, "request_timeout": 1.0, "overlap_seconds": 1.0},
    )
    await set_up(store, row)
    return row


@pytest.fixture
def connect(ledger_process: tuple[Program, Place]) -> dict[str, Connect]:
    """By adapter, with the ledger's key."""
    key = ledger_process[1].key.read_text()
    return connections(["ledger"], kept_in({"ledger": key}))


@pytest.fixture
def steward() -> MemorySteward:
    """Hears of unmapped codes."""
    return MemorySteward()


@pytest.fixture
async def poller(
    store: Store, connect: dict[str, Connect], steward: MemorySteward
) -> AsyncIterator[Poller]:
    """Rounds by hand."""
    inboxes, marks, books = Inboxes(store), SqlMarks(store), sql_books()

    async def poll(row: System, erp: ErpSystem) -> None:
        await poll_orders(row.id, erp, Desk(inboxes.of(row.id), marks, books, steward))

    poller = Poller(store, connect, poll)
    yield poller
    await poller.close()


@pytest.fixture
async def worker(
    store: Store, system: System, connect: dict[str, Connect], steward: MemorySteward
) -> AsyncIterator[Worker]:
    """The lane, to step by hand."""
    outside = lanes_over(connect, store, Words(sql_books().codes, steward))["ledger"](system)
    worker = Worker(store, system, outside, announce())
    yield worker
    await worker.close()
    await outside.close()


async def drain(worker: Worker) -> None:
    while await worker.step():
        pass


def mine(place: Place, order: Order) -> list[tuple[str, str]]:
    """What the ledger booked for the order: reference and kind, in order of arrival."""
    return [
        (one.posting.reference, one.posting.kind)
        for one in documents(place.journal)
        if one.posting.order == order.order
    ]


def of(order: Order, suffix: str, **change: object) -> pb.Posting:
    key = OrderKey(plant="lyon", order_no=order.order)
    return posting(f"lyon/{order.order}/{suffix}", order=key, **change)


async def statuses(erp: Stubs, order: Order) -> list[tuple[str, int, str]]:
    key = OrderKey(plant="lyon", order_no=order.order)
    found = await erp.postings.BatchGetPostings(pb.BatchGetPostingsRequest(orders=[key]))
    return [
        (one.posting.reference.rpartition("/")[2], one.state, one.reason) for one in found.postings
    ]


@pytest.fixture
async def released(ledger: Client, poller: Poller, system: System, order: Order) -> Order:
    """The order, once the service knows that it is released."""
    await ledger.move_order("lyon", order.order, "release")
    await poller.round()
    return order


@pytest.fixture
def place(ledger_process: tuple[Program, Place]) -> Place:
    """The ledger's folder."""
    return ledger_process[1]


# --- orders


async def test_orders_are_polled_told_once_and_followed(
    store: Store, system: System, ledger: Client, poller: Poller, order: Order
) -> None:
    await poller.round()
    await poller.round()
    await ledger.move_order("lyon", order.order, "release")
    await poller.round()
    await poller.round()
    told = [
        event
        for event in await events(store)
        if isinstance(event, ProductionOrderReleased | ProductionOrderChanged)
        and event.order.key.order_no == order.order
    ]
    assert [type(event) for event in told] == [ProductionOrderChanged, ProductionOrderReleased]
    assert told[1].order.quantity.unit == "KGM"
    assert told[1].order.operations[0].work_center == "lyon/press-1"


async def test_an_unmapped_code_waits_and_is_read_when_it_is_mapped(
    store: Store,
    system: System,
    ledger: Client,
    poller: Poller,
    order: Order,
    steward: MemorySteward,
) -> None:
    await ask(store, "DELETE FROM local_copy WHERE key LIKE 'work_center/%%'")
    await ledger.move_order("lyon", order.order, "release")
    await poller.round()
    query = "SELECT state, code, field FROM raw_input WHERE external_id = %s ORDER BY id DESC"
    assert (await ask(store, query, f"lyon/{order.order}"))[0] == (
        "failed",
        "unmapped_code",
        "operations[0].work_center",
    )
    assert await ask(store, "SELECT * FROM production_order") == []
    assert Question("work_center", system.id, "lyon", "WC-1", Direction.IN) in steward.asked
    async with store.work():
        await put_codes(system.id, CODES)
    await poller.round()
    stored = "SELECT lifecycle FROM production_order WHERE order_no = %s"
    assert await ask(store, stored, order.order) == [("released",)]


async def test_a_silent_erp_holds_up_no_other(
    store: Store, system: System, ledger: Client, poller: Poller, order: Order
) -> None:
    dead = replace(system, id="erp-2", plants=("nice",), settings={"url": "http://127.0.0.1:9"})
    unknown = replace(system, id="erp-3", plants=("metz",), adapter="abacus")
    await set_up(store, dead, [])
    await set_up(store, unknown, [])
    with pytest.raises(UnavailableError, match=r"erp-2.*erp-3: no adapter abacus"):
        await poller.round()
    assert await ask(store, "SELECT count(*) > 0 FROM production_order") == [(True,)]
    async with store.work() as work:
        await put_system(work, replace(dead, enabled=False))
        await put_system(work, replace(unknown, enabled=False))
    await poller.round()


# --- postings


async def test_postings_reach_the_ledger_in_order_and_are_told(
    store: Store,
    erp: Stubs,
    place: Place,
    worker: Worker,
    released: Order,
) -> None:
    used = of(
        released, "used", kind=pb.POSTING_KIND_CONSUMPTION, lines=[line(item_no="steel", lot_no="")]
    )
    back = of(released, "back", kind=pb.POSTING_KIND_REVERSAL, lines=[], reverses=used.reference)
    await erp.postings.AcceptPostings(accept(used, of(released, "yield"), back))
    await drain(worker)
    names = [reference.rpartition("/")[2] for reference, _ in mine(place, released)]
    assert names == ["used", "yield", "back"]
    done = [event for event in await events(store) if isinstance(event, PostingDone)]
    assert [event.posting.posting.reference.rpartition("/")[2] for event in done] == names
    assert all(event.posting.document for event in done)


async def test_what_has_no_code_in_the_erp_parks_until_somebody_skips_it(
    store: Store,
    erp: Stubs,
    worker: Worker,
    released: Order,
    steward: MemorySteward,
) -> None:
    scrap = of(released, "scrap", kind=pb.POSTING_KIND_SCRAP)
    scrap.lines[0].reason = "burnt"
    await erp.postings.AcceptPostings(accept(scrap, of(released, "yield")))
    await drain(worker)
    assert [state for _, state, _ in await statuses(erp, released)] == [
        pb.POSTING_STATE_REFUSED,
        pb.POSTING_STATE_READY,
    ]
    refused = [event for event in await events(store) if isinstance(event, PostingRefused)]
    assert "burnt" in refused[0].posting.reason
    [(id, field)] = await ask(store, "SELECT id, field FROM lane_entry WHERE state = 'refused'")
    assert field == "lines[0].reason"
    assert Question("reason", "erp-1", "lyon", "burnt", Direction.OUT) in steward.asked
    async with store.work() as work:
        await skip(work, id, OLGA, announce())
    await drain(worker)
    assert [type(event) for event in (await events(store))[-2:]] == [PostingSkipped, PostingDone]


async def test_what_parked_for_a_code_goes_out_in_its_place_once_it_is_mapped_and_replayed(
    store: Store,
    erp: Stubs,
    place: Place,
    worker: Worker,
    released: Order,
) -> None:
    scrap = of(released, "scrap", kind=pb.POSTING_KIND_SCRAP)
    scrap.lines[0].reason = "burnt"
    await erp.postings.AcceptPostings(accept(scrap, of(released, "yield")))
    await drain(worker)
    [(id,)] = await ask(store, "SELECT id FROM lane_entry WHERE state = 'refused'")
    for mapped, booked in ((), []), ((BURNT,), ["scrap", "yield"]):
        async with store.work() as work:
            await put_codes("erp-1", mapped)
            await replay(work, id, OLGA)
        await drain(worker)
        journal = mine(place, released)
        assert [reference.rpartition("/")[2] for reference, _ in journal] == booked


async def test_a_held_lot_stays_out_of_the_ledger_and_in_nobodys_way(
    erp: Stubs,
    place: Place,
    worker: Worker,
    released: Order,
) -> None:
    other = of(released, "other", lines=[line("30", lot_no="L-8")])
    await erp.postings.AcceptPostings(accept(of(released, "held"), other))
    await erp.holds.ApplyHolds(hold())
    await drain(worker)
    journal = mine(place, released)
    assert [reference.rpartition("/")[2] for reference, _ in journal] == ["other"]
    await erp.holds.ApplyHolds(hold(active=False, version=2))
    await drain(worker)
    journal = mine(place, released)
    assert [reference.rpartition("/")[2] for reference, _ in journal] == ["other", "held"]


async def test_a_mended_payload_stays_the_posting_it_is(
    store: Store,
    erp: Stubs,
    place: Place,
    worker: Worker,
    released: Order,
) -> None:
    await erp.postings.AcceptPostings(accept(of(released, "yield")))
    [(id,)] = await ask(store, "UPDATE lane_entry SET state = 'refused' RETURNING id")
    for wrong, field in (
        (of(released, "another"), "reference"),
        (posting(of(released, "yield").reference), "order"),
        (of(released, "yield", lines=[line("0")]), "lines[0].quantity.value"),
    ):
        async with store.work() as work:
            await fix(work, id, wrong.SerializeToString(), OLGA)
            await replay(work, id, OLGA)
        await drain(worker)
        assert await ask(store, "SELECT state, field FROM lane_entry") == [("refused", field)]
    assert mine(place, released) == []
    assert len(await statuses(erp, released)) == 1
