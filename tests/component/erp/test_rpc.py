"""The service's calls on a real database: bad input, repeats, reads."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from plantmesh.common.v1.keys_pb2 import OrderKey
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.erp.v1 import orders_pb2, postings_pb2
from plantmesh.erp.v1.events_pb2 import PostingSkipped, ProductionOrderReleased

from services.erp import wire
from services.erp.domain import keys
from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from tests.component.erp.conftest import (
    ERP,
    SCOPES,
    TOPIC,
    Stubs,
    calling,
    contents,
    counts,
    events,
    keep,
    set_up,
)
from tests.component.erp.requests import accept, hold, line, posting, states
from tests.component.kit.rpc.desk import mint
from tests.unit.erp.memory import order

NOWHERE = OrderKey(plant="lyon", order_no="9")
FOREIGN = OrderKey(plant="nice", order_no="4711")


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"order": NOWHERE}, NotFoundError, "postings[0].order.order_no"),
        ({"order": FOREIGN}, DeniedError, "postings[0].order.plant"),
        ({"lines": [line("0")]}, InvalidError, "postings[0].lines[0].quantity.value"),
        ({"lines": [line("-1")]}, InvalidError, "postings[0].lines[0].quantity.value"),
        ({"lines": [line("1e3")]}, InvalidError, "postings[0].lines[0].quantity.value"),
        ({"lines": [line(unit="PCE")]}, InvalidError, "postings[0].lines[0].quantity.unit"),
        ({"lines": [line(item_no="gadget")]}, InvalidError, "postings[0].lines[0].item_no"),
        ({"lines": [line(item_no="")]}, InvalidError, "postings[0].lines[0].item_no"),
        ({"lines": [line()] * 101}, InvalidError, "postings[0].lines"),
        ({"lines": []}, InvalidError, "postings[0].lines"),
        ({"kind": 0}, InvalidError, "postings[0].kind"),
        ({"kind": 99}, InvalidError, "postings[0].kind"),
        ({"occurred_at": None}, InvalidError, "postings[0].occurred_at"),
        ({"business_date": "2026-02-31"}, InvalidError, "postings[0].business_date"),
        ({"reference": ""}, InvalidError, "postings[0].reference"),
        ({"reverses": "r-1"}, InvalidError, "postings[0].reverses"),
        (
            {"kind": postings_pb2.POSTING_KIND_REVERSAL, "lines": [], "reverses": "r-9"},
            NotFoundError,
            "postings[0].reverses",
        ),
    ],
)
async def test_bad_input_names_its_field_and_leaves_no_trace(
    store: Store, erp: Stubs, change: dict[str, Any], error: type[DomainError], field: str
) -> None:
    await keep(store)
    before = await contents(store)
    with pytest.raises(error) as refused:
        await erp.postings.AcceptPostings(accept(posting(**change)))
    assert refused.value.field == field
    assert await contents(store) == before


async def test_all_or_none(store: Store, erp: Stubs) -> None:
    await keep(store)
    before = await contents(store)
    with pytest.raises(NotFoundError) as refused:
        await erp.postings.AcceptPostings(accept(posting(), posting("b", order=NOWHERE)))
    assert refused.value.field == "postings[1].order.order_no"
    assert await contents(store) == before


@pytest.mark.parametrize(
    ("token", "error"),
    [
        (mint(scope="erp:read"), DeniedError),
        (mint(scope=SCOPES, plants=["nice"]), DeniedError),
        (mint(scope=SCOPES) + "x", UnauthenticatedError),
    ],
)
async def test_who_may_not_changes_nothing(
    store: Store, server: RpcServer, token: str, error: type[DomainError]
) -> None:
    await keep(store)
    before = await contents(store)
    async with calling(server.port, token) as erp:
        with pytest.raises(error):
            await erp.postings.AcceptPostings(accept())
        with pytest.raises(error):
            await erp.holds.ApplyHolds(hold())
    assert await contents(store) == before


async def test_people_do_not_apply_holds_past_quality(store: Store, server: RpcServer) -> None:
    async with calling(server.port, mint(scope="erp:read erp:write")) as erp:
        with pytest.raises(DeniedError):
            await erp.holds.ApplyHolds(hold())


async def test_a_repeated_command_has_one_effect(store: Store, erp: Stubs) -> None:
    await keep(store)
    answers = await asyncio.gather(*(erp.postings.AcceptPostings(accept()) for _ in range(3)))
    assert answers[0] == answers[1] == answers[2]
    assert (await counts(store))["lane_entry"] == 1
    with pytest.raises(ConflictError) as refused:
        await erp.postings.AcceptPostings(accept(posting(lines=[line("41")])))
    assert refused.value.code == "idempotency_conflict"


async def test_a_reference_is_posted_once_under_any_command(store: Store, erp: Stubs) -> None:
    await keep(store)
    [first] = (await erp.postings.AcceptPostings(accept())).accepted
    [again] = (await erp.postings.AcceptPostings(accept(key="k-2"))).accepted
    assert (again.position, again.posting) == (first.position, first.posting)
    with pytest.raises(ConflictError) as refused:
        await erp.postings.AcceptPostings(accept(posting(lines=[line("41")]), key="k-3"))
    assert refused.value.code == "reference_taken"
    assert (await counts(store))["lane_entry"] == 1


async def test_what_was_accepted_is_answered_in_order_and_dated(store: Store, erp: Stubs) -> None:
    await keep(store)
    answer = await erp.postings.AcceptPostings(accept(posting("b"), posting("a")))
    assert [(one.posting.reference, one.position) for one in answer.accepted] == [
        ("b", 1),
        ("a", 2),
    ]
    assert {one.posting.business_date for one in answer.accepted} == {"2026-05-04"}
    assert [one.system for one in answer.accepted] == ["erp-1", "erp-1"]


async def test_orders_are_read_by_key_and_by_page(store: Store, erp: Stubs) -> None:
    orders = [order(keys.OrderKey("lyon", str(number))) for number in (1, 10, 2)]
    await keep(store, *orders)
    got = await erp.orders.BatchGetOrders(
        orders_pb2.BatchGetOrdersRequest(keys=[wire.write_order_key(orders[2].key), NOWHERE])
    )
    assert list(got.orders) == [wire.write_order(orders[2])]
    assert list(got.missing) == [NOWHERE]
    seen, cursor = [], ""
    for _ in range(2):
        page = await erp.orders.ListOrders(
            orders_pb2.ListOrdersRequest(plant="lyon", page=PageRequest(size=2, cursor=cursor))
        )
        seen += [one.key.order_no for one in page.orders]
        cursor = page.page.end_cursor
    assert seen == ["1", "10", "2"]
    with pytest.raises(DeniedError):
        await erp.orders.BatchGetOrders(orders_pb2.BatchGetOrdersRequest(keys=[FOREIGN]))


async def test_an_order_that_is_stored_is_told(store: Store) -> None:
    await keep(store)
    assert await events(store) == [ProductionOrderReleased(order=wire.write_order(order()))]


async def test_a_snapshot_is_the_state_of_a_partition(store: Store, server: RpcServer) -> None:
    orders = [order(keys.OrderKey("lyon", f"{number:03}")) for number in range(250)]
    await keep(store, *orders)
    part = TOPIC.part_of(str(orders[0].key))
    request = SnapshotRequest(topic=TOPIC.name, partition=part)
    got: list[ProductionOrderReleased] = []
    async with calling(server.port, mint(scope=SCOPES, plants=["*"])) as erp:
        async for answer in erp.snapshots.Snapshot(request):
            for packed in answer.state:
                event = ProductionOrderReleased()
                assert packed.Unpack(event)
                got.append(event)
    wanted = [one for one in orders if TOPIC.part_of(str(one.key)) == part]
    assert got == [ProductionOrderReleased(order=wire.write_order(one)) for one in wanted]
    async with calling(server.port, mint(scope=SCOPES)) as erp:
        with pytest.raises(DeniedError):
            _ = [answer async for answer in erp.snapshots.Snapshot(request)]


async def test_an_erp_that_closes_its_orders_itself_is_not_told(store: Store, erp: Stubs) -> None:
    await keep(store)
    deaf = replace(ERP, settings={"closes": False})
    await set_up(store, deaf)
    end = posting("lyon/4711/1/close", kind=postings_pb2.POSTING_KIND_CLOSE, lines=[])
    answer = await erp.postings.AcceptPostings(accept(end))
    assert [one.state for one in answer.accepted] == [postings_pb2.POSTING_STATE_SKIPPED]
    [told] = [one for one in await events(store) if isinstance(one, PostingSkipped)]
    assert told.posting.posting.reference == end.reference
    assert await states(erp) == []
