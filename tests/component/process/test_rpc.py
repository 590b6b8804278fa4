"""The port refuses bad input by name, and lets nobody see or move a foreign plant's orders."""

from collections.abc import Callable
from typing import Any

import pytest
from plantmesh.common.v1 import keys_pb2, snapshot_pb2
from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceStub
from plantmesh.process.v1 import process_pb2 as pb
from plantmesh.process.v1.events_pb2 import ProductionPosted

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
