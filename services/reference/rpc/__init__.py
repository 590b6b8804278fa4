"""The gRPC face of the reference service. Refusals become status codes in kit.rpc."""

from collections.abc import AsyncIterator, Iterable

from google.protobuf.message import Message
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.reference.v1.codes_pb2_grpc import add_CodeServiceServicer_to_server
from plantmesh.reference.v1.master_pb2_grpc import add_MasterDataServiceServicer_to_server
from plantmesh.reference.v1.reference_pb2_grpc import add_ReferenceServiceServicer_to_server

from services.kit.backbone.topic import Topic
from services.kit.clock import Clock
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.store import Store
from services.reference import policy
from services.reference.application.read_state import read_state
from services.reference.domain.cost import StandardCost
from services.reference.ports import Fact
from services.reference.rpc.codes import CodeServicer
from services.reference.rpc.master import ReferenceServicer
from services.reference.rpc.records import MasterDataServicer
from services.reference.store import open_books
from services.reference.wire.events import event_key, write_event


def registrations(store: Store, topic: Topic, clock: Clock) -> list[Registration]:
    """Everything the service answers."""
    books = open_books(clock)

    async def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        async for part in read_state(books):
            seen = part if policy.may_see_costs() else filter(_is_no_cost, part)
            here = [fact for fact in seen if topic.part_of(event_key(fact)) == partition]
            yield map(write_event, here)

    snapshots = SnapshotServicer(store, topic, state, policy.may_copy)
    return [
        (add_ReferenceServiceServicer_to_server, ReferenceServicer(store, books)),
        (add_CodeServiceServicer_to_server, CodeServicer(store, books)),
        (add_MasterDataServiceServicer_to_server, MasterDataServicer(store, books)),
        (add_SnapshotServiceServicer_to_server, snapshots),
    ]


def _is_no_cost(fact: Fact) -> bool:
    return not isinstance(fact, StandardCost)
