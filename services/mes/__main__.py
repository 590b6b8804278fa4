"""The process of mes."""

from collections.abc import AsyncIterator, Iterable
from functools import partial

from google.protobuf.message import Message
from plantmesh.common.v1.holds_pb2_grpc import add_HoldEnforcementServiceServicer_to_server
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.mes.v1.lots_pb2_grpc import add_LotServiceServicer_to_server
from plantmesh.mes.v1.work_orders_pb2_grpc import add_WorkOrderServiceServicer_to_server

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.service import Service, run
from services.kit.store import Store
from services.mes import consumers, policy, rpc, wire
from services.mes.graph import SCHEMA
from services.mes.settings import MesSettings
from services.mes.store import open_books

TOPIC = Topic("plantmesh.mes")
SUBSCRIBERS = ("process",)


def registrations(store: Store, learn: rpc.Learn) -> list[Registration]:
    """Everything mes answers over gRPC."""
    desk = rpc.Desk(store, SystemClock(), learn)

    def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        return desk.state(lambda key: TOPIC.part_of(str(key)) == partition)

    return [
        (add_WorkOrderServiceServicer_to_server, rpc.WorkOrderServicer(desk)),
        (add_LotServiceServicer_to_server, rpc.LotServicer(desk)),
        (add_HoldEnforcementServiceServicer_to_server, rpc.HoldEnforcementServicer(desk)),
        (
            add_SnapshotServiceServicer_to_server,
            SnapshotServicer(store, TOPIC, state, policy.may_copy),
        ),
    ]


async def compose(service: Service, settings: MesSettings) -> None:
    """Relay, the copy of the item master, then the ports."""
    mes = Assembly("mes", service, settings, TOPIC, subscribers=SUBSCRIBERS)
    copies = consumers.copies(mes.store, mes.peer(settings.reference_address))
    mes.copy(copies, consumers.REFERENCE)
    learn = partial(copies.learn, wire.ITEMS)
    mes.serve(registrations(service.store, learn), SCHEMA, books=open_books(SystemClock()))


if __name__ == "__main__":
    run("mes", MesSettings(), compose)
