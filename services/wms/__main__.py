"""The process of wms."""

from collections.abc import AsyncIterator, Collection, Iterable
from functools import partial

from google.protobuf.message import Message
from plantmesh.common.v1.holds_pb2_grpc import add_HoldEnforcementServiceServicer_to_server
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.wms.v1.wms_pb2_grpc import add_StockServiceServicer_to_server

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.rpc.clerk import Learn
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.service import Service, run
from services.kit.store import Store
from services.wms import consumers, policy, rpc, wire
from services.wms.graph import SCHEMA
from services.wms.settings import WmsSettings
from services.wms.store import open_books

TOPIC = Topic("plantmesh.wms")


def registrations(store: Store, learn: Learn, lenient: Collection[str] = ()) -> list[Registration]:
    """Everything wms answers over gRPC; see rpc.Desk for `lenient`."""
    desk = rpc.Desk(store, open_books(SystemClock()), learn, lenient=lenient)

    def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        return desk.state(lambda key: TOPIC.part_of(str(key)) == partition)

    return [
        (add_StockServiceServicer_to_server, rpc.StockServicer(desk)),
        (add_HoldEnforcementServiceServicer_to_server, rpc.HoldEnforcementServicer(desk)),
        (
            add_SnapshotServiceServicer_to_server,
            SnapshotServicer(store, TOPIC, state, policy.may_copy),
        ),
    ]


async def compose(service: Service, settings: WmsSettings) -> None:
    """Relay, the copy of the item master, then the ports."""
    wms = Assembly("wms", service, settings, TOPIC)
    copies = consumers.copies(wms.store, wms.peer(settings.reference_address))
    wms.copy(copies, consumers.REFERENCE)
    learn = partial(copies.learn, wire.ITEMS)
    calls = registrations(service.store, learn, settings.allow_negative)
    wms.serve(calls, SCHEMA, books=open_books(SystemClock()))


if __name__ == "__main__":
    run("wms", WmsSettings(), compose)
