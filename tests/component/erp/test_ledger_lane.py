"""Postings on their way to a real ledger, by the lane."""

from plantmesh.common.v1.keys_pb2 import OrderKey
from plantmesh.erp.v1 import postings_pb2 as pb
from plantmesh.erp.v1.events_pb2 import (
    PostingDone,
    PostingRefused,
    PostingSkipped,
)

from services.erp.adapters.lane import announce
from services.erp.domain.codes import Code
from services.kit.lanes.desk import Act, fix, replay, skip
from services.kit.lanes.worker import Worker
from services.kit.store import Store
from tests.component.erp.conftest import Stubs, ask, events
from tests.component.erp.requests import accept, hold, line, posting
from tests.copies import put_codes
from tools.simulators.ledger.journal import documents
from tools.simulators.ledger.papers import Order
from tools.simulators.ledger.place import Place

OLGA = Act("olga", "counted twice")
BURNT = Code("reason", "02", "burnt")


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
