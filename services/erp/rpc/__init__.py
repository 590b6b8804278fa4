"""The gRPC face of the ERP service. Domain errors become status codes in kit.rpc."""

from collections.abc import AsyncIterator, Iterable

from google.protobuf.message import Message
from plantmesh.common.v1 import holds_pb2_grpc
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.erp.v1 import orders_pb2_grpc, postings_pb2_grpc

from services.erp import policy, wire
from services.erp.application.read_state import read_state
from services.erp.ports import Books
from services.erp.rpc.holds import HoldServicer
from services.erp.rpc.orders import OrderServicer
from services.erp.rpc.postings import Learn, PostingServicer
from services.kit.backbone.topic import Topic
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.store import Store


def registrations(
    store: Store, books: Books, topic: Topic, learn_plants: Learn
) -> list[Registration]:
    """Everything the service answers."""

    async def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        async for part in read_state(books, lambda key: topic.part_of(str(key)) == partition):
            yield wire.write_state(*part)

    holds = HoldServicer(store, books)
    snapshots = SnapshotServicer(store, topic, state, policy.may_copy)
    return [
        (orders_pb2_grpc.add_OrderServiceServicer_to_server, OrderServicer(store, books)),
        (
            postings_pb2_grpc.add_PostingServiceServicer_to_server,
            PostingServicer(store, books, learn_plants),
        ),
        (holds_pb2_grpc.add_HoldEnforcementServiceServicer_to_server, holds),
        (add_SnapshotServiceServicer_to_server, snapshots),
    ]
