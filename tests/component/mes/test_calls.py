"""Mes as others meet it: its calls, its stream, its snapshot."""

import asyncio
from typing import Any

import pytest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.mes.v1 import lots_pb2, work_orders_pb2
from plantmesh.mes.v1.events_pb2 import LotProduced, OperationConfirmed, WorkOrderCreated
from redis.asyncio import Redis
from sqlalchemy import event

from services.kit.backbone.relay import Relay
from services.kit.errors import InvalidError
from services.mes.__main__ import TOPIC
from tests.component.kit.rpc.desk import mint
from tests.component.mes.floor import Floor
from tests.component.mes.messages import (
    AT,
    START,
    confirm,
    create,
    hold,
    kg,
    plan,
    report,
    reverse,
    trace,
    used,
)
from tests.servers import ValkeyServer
from tests.unit.mes import reports
from tests.unit.mes.use_cases import confirm as book
from tests.unit.mes.use_cases import create as prepare


async def test_an_order_through_the_port(floor: Floor) -> None:
    async with floor.calling() as calls:
        created = await calls.orders.CreateWorkOrders(create(plan()))
        assert await calls.orders.CreateWorkOrders(create(plan())) == created
        assert created.orders[0].plan == create(plan()).plans[0]
        await calls.orders.CommandWorkOrders(START)
        first = confirm(report(consumed=[used()], scrap=[{"quantity": kg("1")}], final=True))
        answer = await calls.orders.ConfirmOperations(first)
        assert await calls.orders.ConfirmOperations(first) == answer
        again = confirm(
            report(consumed=[used()], scrap=[{"quantity": kg("1")}], final=True), key="x"
        )
        (result,) = (await calls.orders.ConfirmOperations(again)).results
        assert (result.confirmation_no, result.replayed) == (1, True)
        assert list((await calls.holds.ApplyHolds(hold("BREAD/L1"))).hold_nos) == ["H1"]
        keys = work_orders_pb2.BatchGetWorkOrdersRequest(keys=[created.orders[0].plan.key])
        (order,) = (await calls.orders.BatchGetWorkOrders(keys)).orders
        assert order.lifecycle == work_orders_pb2.LIFECYCLE_COMPLETED
        assert order.confirmation == work_orders_pb2.CONFIRMATION_STATUS_FINAL
        assert order.delivery == work_orders_pb2.DELIVERY_STATUS_PARTIAL
        assert list(order.hold_nos) == ["H1"]
        parts = [part async for part in calls.lots.TraceLots(trace("BREAD/L1", forward=False))]
        assert [lot.key.lot_no for part in parts for lot in part.lots] == ["L1", "F1"]
        (edge,) = [edge for part in parts for edge in part.edges]
        assert (getattr(edge, "from").lot_no, edge.to.lot_no, edge.quantity.value) == (
            "F1",
            "L1",
            "5",
        )
        listed = await calls.lots.ListLots(lots_pb2.ListLotsRequest(plant="lyon"))
        assert [lot.hold_nos for lot in listed.lots] == [["H1"], []]
        asked = lots_pb2.BatchGetOrderLotsRequest(orders=[order.plan.key])
        (made,) = (await calls.lots.BatchGetOrderLots(asked)).orders
        assert [lot.key.lot_no for lot in made.lots] == ["L1"]


async def test_a_confirmation_in_full_is_taken_back_through_the_port(floor: Floor) -> None:
    made = {
        **report(consumed=[used()], scrap=[{"quantity": kg("1"), "reason": "burnt"}]),
        "labour_time": {"value": "12.5", "unit": "MIN"},
        "machine_time": {"value": "0.2", "unit": "HUR"},
        "started_at": AT,
        "ended_at": AT,
        "operator_id": "A. Miller",
    }
    back = {"id": "r", **report("r"), "yield": kg("0"), "lot_no": "", "returned": [used(value="2")]}
    async with floor.calling() as calls:
        await calls.orders.CreateWorkOrders(create(plan()))
        await calls.orders.CommandWorkOrders(START)
        await calls.orders.ConfirmOperations(confirm(made, back))
        answer = await calls.orders.ReverseConfirmations(reverse(2, 1))
        assert [one.confirmation_no for one in answer.results] == [3, 4]
        assert await calls.orders.ReverseConfirmations(reverse(2, 1)) == answer
        key = create(plan()).plans[0].key
        page = work_orders_pb2.ListConfirmationsRequest(order=key)
        first, second, third, fourth = (await calls.orders.ListConfirmations(page)).confirmations
        asked = work_orders_pb2.BatchGetConfirmationsRequest(
            keys=[work_orders_pb2.ConfirmationKey(order=key, confirmation_no=no) for no in (4, 9)]
        )
        got = await calls.orders.BatchGetConfirmations(asked)
        assert (list(got.confirmations), got.missing[0].confirmation_no) == ([fourth], 9)
    assert (first.state, first.reversed_by) == (work_orders_pb2.CONFIRMATION_STATE_REVERSED, 4)
    assert (fourth.reverses, fourth.reason, third.reverses) == (1, "miscounted", 2)
    assert getattr(fourth.confirmation, "yield").value == "-10"
    assert fourth.confirmation.consumed[0].quantity.value == "-5"
    assert second.confirmation.returned[0].quantity.value == "2"
    told = first.confirmation
    assert (told.labour_time.value, told.started_at, told.operator_id) == (
        "12.5",
        told.ended_at,
        "",
    )
    assert told.operator_pseudonym
    async with floor.calling(mint(scope="mes:read mes:people")) as calls:
        told = (await calls.orders.ListConfirmations(page)).confirmations[0].confirmation
        assert told.operator_id == "A. Miller"
    outbox = str((await floor.rows())["outbox"])
    assert told.operator_pseudonym.encode().hex() in outbox
    assert b"Miller".hex() not in outbox


async def test_a_batch_takes_as_many_statements_as_one(floor: Floor) -> None:
    await prepare(floor, *(reports.plan(f"o{n}") for n in range(21)))
    counted: list[str] = []
    engine = floor.store._engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *sent: counted.append(sent[2]))

    def one(n: int) -> Any:
        return reports.report(
            f"c{n}", order_no=f"o{n}", lot=f"L{n}", scrap="1", consumed=(("FLOUR/F1", "1"),)
        )

    await book(floor, one(0))
    alone = len(counted)
    await book(floor, *(one(n) for n in range(1, 21)))
    assert len(counted) - alone == alone


async def test_events_reach_the_stream_in_confirmation_order(
    floor: Floor, fresh_valkey: ValkeyServer
) -> None:
    await prepare(floor, reports.plan(ordered="1000"))
    await asyncio.gather(
        *(book(floor, reports.report(f"c{n}", "1", lot=f"L{n}")) for n in range(20))
    )
    redis: Redis = Redis.from_url(fresh_valkey.url)
    relay = Relay(floor.store, redis, TOPIC)
    while not await relay.turn():
        pass
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    entries: list[Any] = []
    async with asyncio.timeout(20):
        while len(entries) < len(await floor.told()):
            stream = TOPIC.stream(TOPIC.part_of("lyon/4711"))
            found: Any = await redis.xrange(stream)
            entries = found
            await asyncio.sleep(0.02)
    stop.set()
    await running
    await redis.aclose()
    confirmed = [
        OperationConfirmed.FromString(fields[b"data"])
        for _, fields in entries
        if fields[b"ce_type"] == b"plantmesh.mes.v1.OperationConfirmed"
    ]
    assert [one.confirmation_no for one in confirmed] == list(range(1, 21))


async def test_a_snapshot_holds_the_partition_and_its_position(floor: Floor) -> None:
    await prepare(floor, *(reports.plan(f"o{n}") for n in range(8)))
    await book(floor, *(reports.report(f"c{n}", order_no=f"o{n}", lot=f"L{n}") for n in range(8)))
    seen: list[str] = []
    async with floor.calling(mint(plants=["*"])) as calls:
        for partition in range(TOPIC.partitions):
            request = SnapshotRequest(topic=TOPIC.name, partition=partition)
            parts = [part async for part in calls.snapshots.Snapshot(request)]
            state = [one for part in parts for one in part.state]
            orders = [WorkOrderCreated() for one in state if one.Is(WorkOrderCreated.DESCRIPTOR)]
            lots = [one for one in state if one.Is(LotProduced.DESCRIPTOR)]
            for one in state:
                report = OperationConfirmed()
                if one.Unpack(report):
                    seen.append(report.confirmation.order.order_no)
                    assert TOPIC.part_of(f"lyon/{seen[-1]}") == partition
            assert len(orders) == len(lots)
            # created, three commands, the lot, the report
            assert {part.position.n for part in parts} == {len(orders) * 6}
        for field, request in (
            ("topic", SnapshotRequest(topic="plantmesh.erp", partition=0)),
            ("partition", SnapshotRequest(topic=TOPIC.name, partition=8)),
        ):
            with pytest.raises(InvalidError) as caught:
                [part async for part in calls.snapshots.Snapshot(request)]
            assert caught.value.field == field
    assert sorted(seen) == [f"o{n}" for n in range(8)]
