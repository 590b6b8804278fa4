"""The process of quality."""

from collections.abc import AsyncIterator, Iterable
from functools import partial

from google.protobuf.message import Message
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.quality.v1 import quality_pb2_grpc

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.rpc.clerk import Learn
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.service import Service, run
from services.kit.store import Store
from services.quality import consumers, policy, rpc, wire
from services.quality.graph import SCHEMA
from services.quality.settings import QualitySettings
from services.quality.store import open_books

TOPIC = Topic("plantmesh.quality")


def registrations(store: Store, learn: Learn, look_up: rpc.LookUp) -> list[Registration]:
    """Everything quality answers over gRPC."""
    desk = rpc.Desk(store, open_books(SystemClock()), learn)

    def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        return desk.state(lambda key: TOPIC.part_of(key) == partition)

    snapshots = SnapshotServicer(store, TOPIC, state, policy.may_copy)
    return [
        (quality_pb2_grpc.add_InspectionServiceServicer_to_server, rpc.InspectionServicer(desk)),
        (quality_pb2_grpc.add_HoldServiceServicer_to_server, rpc.HoldServicer(desk, look_up)),
        (add_SnapshotServiceServicer_to_server, snapshots),
    ]


async def compose(service: Service, settings: QualitySettings) -> None:
    """Relay, the copies of master data and of orders, then the ports."""
    quality = Assembly("quality", service, settings, TOPIC, subscribers=settings.subscribers)
    copies = consumers.copies(quality.store, quality.peer(settings.reference_address))
    quality.copy(copies, consumers.REFERENCE)
    consumers.follow_orders(quality, service, quality.peer(settings.mes_address))
    look_up = consumers.LookUp(copies)
    calls = registrations(service.store, partial(copies.learn, wire.ITEMS), look_up)
    quality.serve(calls, SCHEMA, books=open_books(SystemClock()))


if __name__ == "__main__":
    run("quality", QualitySettings(), compose)
