"""The port refuses bad input by name, and lets nobody see or move a foreign plant's orders."""

from collections.abc import Callable
from typing import Any

import pytest
from plantmesh.common.v1 import keys_pb2, snapshot_pb2
from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceStub
from plantmesh.process.v1 import process_pb2 as pb
from plantmesh.process.v1 import stuck_pb2 as stuck
from plantmesh.process.v1.events_pb2 import ProductionPosted
from plantmesh.process.v1.stuck_pb2_grpc import StuckServiceStub

from services.kit.errors import DeniedError, DomainError, InvalidError, UnauthenticatedError
from services.kit.rpc.client import Peer
from tests.audited import leaves_rows
from tests.component.process.events import PLANT, confirmed, order_key, posting_done
from tests.component.process.rig import ProcessRig, until
from tests.shopfloor import Token
from tools.mesh.ports import LOOPBACK
from tools.mesh.tokens import Bearer

FOREIGN = keys_pb2.OrderKey(plant="oslo", order_no="1")
NOBODY = keys_pb2.OrderKey(plant=PLANT)
READS = Bearer("viewer", ("process:read",), plants=(PLANT,))
ACTS = Bearer("operator", ("process:read", "process:write"), plants=(PLANT,))
BAD: list[tuple[str, Any, Bearer, type[DomainError], str]] = [
    ("BatchGetOrderFlows", pb.BatchGetOrderFlowsRequest(), READS, InvalidError, "orders"),
    (
        "BatchGetOrderFlows",
        pb.BatchGetOrderFlowsRequest(orders=[NOBODY]),
        READS,
        InvalidError,
        "orders[0].order_no",
    ),
    (
        "BatchGetOrderFlows",
        pb.BatchGetOrderFlowsRequest(orders=[order_key("1"), FOREIGN]),
        READS,
        DeniedError,
        "orders[1].plant",
    ),
    ("WakeOrders", pb.WakeOrdersRequest(orders=[FOREIGN]), ACTS, DeniedError, "orders[0].plant"),
    ("WakeOrders", pb.WakeOrdersRequest(orders=[order_key("1")]), READS, DeniedError, ""),
    ("WakeOrders", pb.WakeOrdersRequest(), ACTS, InvalidError, "orders"),
    (
        "WakeOrders",
        pb.WakeOrdersRequest(orders=[order_key(str(n)) for n in range(501)]),
        ACTS,
        InvalidError,
        "orders",
    ),
]


@leaves_rows(pb.WakeOrdersRequest)
async def test_the_port(rig: ProcessRig, mint: Callable[[Bearer], str]) -> None:
    await rig.start()
    key = f"{PLANT}/4711"
    await rig.tell("mes", (key, confirmed("4711", 1, lot="free-1", consumed="")))
    await until(lambda: len(rig.peers.erp.order) == 1 and rig.open() == 0)
    before = rig.ask("SELECT f::text FROM flow f")
    for method, request, bearer, kind, field in BAD:
        async with rig.calling(mint(bearer)) as process:
            with pytest.raises(kind) as refusal:
                await getattr(process, method)(request)
            assert refusal.value.field == field, method
    async with rig.calling("forged") as process:
        with pytest.raises(UnauthenticatedError):
            await process.WakeOrders(pb.WakeOrdersRequest(orders=[order_key("4711")]))
    await refuses_strangers(rig, mint)
    assert rig.ask("SELECT f::text FROM flow f") == before

    async with rig.calling(mint(ACTS)) as process:
        both = [order_key("4711"), order_key("nobody's")]
        answer = await process.BatchGetOrderFlows(pb.BatchGetOrderFlowsRequest(orders=both))
        assert [one.order.order_no for one in answer.flows] == ["4711"]
        assert (await process.WakeOrders(pb.WakeOrdersRequest(orders=both))).woken == 1
    told = "SELECT kind, key, who FROM {} WHERE method = 'plantmesh.process.v1.WakeOrdersRequest'"
    rows = rig.ask(f"{told.format('audit')} UNION ALL {told.format('audit_unsealed')}")
    assert rows == [("flow", key, "operator")]

    [posting] = rig.peers.postings.accepted
    await rig.tell("erp", (key, posting_done(posting, "D-1")))
    await until(lambda: rig.ask("SELECT count(*) FROM outbox") == [(1,)])
    assert await snapshot(rig, rig.token) == [f"{key}/1/yield"]
    with pytest.raises(DeniedError):
        await snapshot(rig, mint(READS))


STUCK: list[tuple[str, Any, Bearer, type[DomainError], str]] = [
    ("ListStuckFlows", stuck.ListStuckFlowsRequest(plant="oslo"), READS, DeniedError, "plant"),
    ("WakeFlows", stuck.WakeFlowsRequest(flows=["order/lyon/1"], reason="x"), READS, DeniedError,
     ""),
    ("WakeFlows", stuck.WakeFlowsRequest(flows=["order/oslo/1"], reason="x"), ACTS, DeniedError,
     "flows[0]"),
    ("WakeFlows", stuck.WakeFlowsRequest(flows=["hold/H-1"], reason="x"), ACTS, DeniedError,
     "flows[0]"),
    ("WakeFlows", stuck.WakeFlowsRequest(flows=["order/lyon/1"]), ACTS, InvalidError, "reason"),
    ("WakeFlows", stuck.WakeFlowsRequest(flows=["lyon/1"], reason="x"), ACTS, InvalidError,
     "flows[0]"),
]  # fmt: skip
"""With an order and a hold of Oslo that are stuck."""
_REFUSED_IN_OSLO = """
WITH flows AS (INSERT INTO flow (key, look_at) VALUES ('order/oslo/1', 'infinity'),
  ('hold/H-1', 'infinity') RETURNING key)
INSERT INTO fact (id, flow, saga, track, kind, content, actor, traceparent, state, until,
  code, refused_at) SELECT key, key, 'apply_hold', 'apply', 'HoldOrdered', '{"plant": "oslo"}',
  '', '', 'refused', 'person', 'unknown_lot', now() FROM flows"""


async def refuses_strangers(rig: ProcessRig, mint: Callable[[Bearer], str]) -> None:
    """What is stuck in a foreign plant is neither shown nor woken."""
    rig.write(_REFUSED_IN_OSLO)
    target = f"{LOOPBACK}:{rig.programs[0].port('grpc')}"
    for method, request, bearer, kind, field in STUCK:
        peer = Peer(target, Token(mint(bearer)))
        with pytest.raises(kind) as refusal:
            await getattr(StuckServiceStub(peer.channel), method)(request)
        assert refusal.value.field == field, method
        await peer.close()
    peer = Peer(target, Token(mint(READS)))
    stub: Any = StuckServiceStub(peer.channel)
    assert not (await stub.ListStuckFlows(stuck.ListStuckFlowsRequest())).flows
    await peer.close()
    peer = Peer(target, Token(rig.token))
    stub = StuckServiceStub(peer.channel)
    page = (await stub.ListStuckFlows(stuck.ListStuckFlowsRequest(code="unknown_lot"))).flows
    assert [one.flow for one in page] == ["hold/H-1", "order/oslo/1"]
    await peer.close()
    rig.write("DELETE FROM fact WHERE code = 'unknown_lot'")
    rig.write("DELETE FROM flow WHERE look_at = 'infinity'")


async def snapshot(rig: ProcessRig, token: str) -> list[str]:
    """References of all posted yields, over every partition."""
    peer = Peer(f"{LOOPBACK}:{rig.programs[0].port('grpc')}", Token(token))
    found = []
    try:
        for partition in range(8):
            request = snapshot_pb2.SnapshotRequest(topic="plantmesh.process", partition=partition)
            snapshots: Any = SnapshotServiceStub(peer.channel)
            async for answer in snapshots.Snapshot(request):
                found += [one.value for one in answer.state]
    finally:
        await peer.close()
    return [ProductionPosted.FromString(one).reference for one in found]
