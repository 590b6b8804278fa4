"""The gRPC face of the process service."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from google.protobuf.message import Message
from grpc.aio import ServicerContext
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.process.v1 import drift_pb2_grpc, process_pb2, process_pb2_grpc, stuck_pb2_grpc

from services.kit.audit import told_by
from services.kit.backbone.topic import Topic
from services.kit.clock import Clock
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.store import Store
from services.process import policy
from services.process.application.wake_orders import wake_orders
from services.process.ports import Books
from services.process.rpc.drifts import DriftServicer
from services.process.rpc.stuck import StuckServicer
from services.process.store.drifts import SqlDrifts
from services.process.store.stuck import SqlStuckFlows
from services.process.wire.flows import write_flows, write_posted
from services.process.wire.values import read_order


class ProcessServicer(process_pb2_grpc.ProcessServiceServicer):
    """ProcessService v1; see process.proto for the meaning of each call."""

    def __init__(self, store: Store, books: Books, clock: Clock) -> None:
        self._store = store
        self._books = books
        self._clock = clock

    async def BatchGetOrderFlows(  # noqa: N802 - named by the proto
        self, request: process_pb2.BatchGetOrderFlowsRequest, _: ServicerContext[Any, Any]
    ) -> process_pb2.BatchGetOrderFlowsResponse:
        """What orders wait for."""
        orders = [read_order(order) for order in request.orders]
        policy.may_read(orders)
        async with self._store.work():
            return write_flows(await self._books.views.flows(orders, self._clock.now()))

    async def WakeOrders(  # noqa: N802 - named by the proto
        self, request: process_pb2.WakeOrdersRequest, _: ServicerContext[Any, Any]
    ) -> process_pb2.WakeOrdersResponse:
        """Try again what was refused."""
        orders = [read_order(order) for order in request.orders]
        policy.may_wake(orders)
        method = request.DESCRIPTOR.full_name
        with told_by(method):
            async with self._store.work():
                woken = await wake_orders(self._books, orders, self._clock.now())
        return process_pb2.WakeOrdersResponse(woken=woken)


def registrations(store: Store, books: Books, clock: Clock, topic: Topic) -> list[Registration]:
    """Everything the service answers."""

    async def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        async for parts in books.views.posted():
            yield [
                write_posted(part)
                for part in parts
                if topic.part_of(str(part.posting.order)) == partition
            ]

    servicer = ProcessServicer(store, books, clock)
    snapshots = SnapshotServicer(store, topic, state, policy.may_copy)
    return [
        (process_pb2_grpc.add_ProcessServiceServicer_to_server, servicer),
        (
            drift_pb2_grpc.add_DriftServiceServicer_to_server,
            DriftServicer(store, SqlDrifts(), clock),
        ),
        (
            stuck_pb2_grpc.add_StuckServiceServicer_to_server,
            StuckServicer(store, books.flows, SqlStuckFlows(), clock),
        ),
        (add_SnapshotServiceServicer_to_server, snapshots),
    ]
