"""The gRPC face of mes. Refusals become status codes in kit.rpc."""

from collections.abc import AsyncIterator, Iterable

from google.protobuf.message import Message
from plantmesh.common.v1.holds_pb2_grpc import (
    add_HoldEnforcementServiceServicer_to_server,
    add_HoldScopeServiceServicer_to_server,
)
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.mes.v1.counts_pb2_grpc import add_CountServiceServicer_to_server
from plantmesh.mes.v1.genealogy_pb2_grpc import add_GenealogyServiceServicer_to_server
from plantmesh.mes.v1.load_pb2_grpc import add_FloorLoadServiceServicer_to_server
from plantmesh.mes.v1.lots_pb2_grpc import add_LotServiceServicer_to_server
from plantmesh.mes.v1.work_orders_pb2_grpc import add_WorkOrderServiceServicer_to_server

from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.holds.servicers import HoldEnforcementServicer, HoldScopeServicer
from services.kit.rpc.clerk import Learn
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.store import Store
from services.mes import policy, wire
from services.mes.application.apply_holds import apply_holds
from services.mes.rpc.counts import CountServicer
from services.mes.rpc.desk import Desk
from services.mes.rpc.genealogy import GenealogyServicer
from services.mes.rpc.load import FloorLoadServicer
from services.mes.rpc.lots import LotServicer
from services.mes.rpc.work_orders import WorkOrderServicer
from services.mes.store import open_books
from services.mes.store.openings import open_floor


def registrations(store: Store, topic: Topic, learn: Learn) -> list[Registration]:
    """Everything mes answers over gRPC."""
    desk = Desk(store, open_books(SystemClock()), learn)

    may = policy.may_enforce
    holds = HoldEnforcementServicer(desk, may, wire.read_holds, apply_holds)
    scopes = HoldScopeServicer(
        "mes", desk, desk.books.scopes, may, policy.may_read, wire.read_scopes
    )

    def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        return desk.state(lambda key: topic.part_of(str(key)) == partition)

    return [
        (add_WorkOrderServiceServicer_to_server, WorkOrderServicer(desk)),
        (add_LotServiceServicer_to_server, LotServicer(desk)),
        (add_GenealogyServiceServicer_to_server, GenealogyServicer(desk)),
        (add_CountServiceServicer_to_server, CountServicer(desk)),
        (add_FloorLoadServiceServicer_to_server, FloorLoadServicer(store, desk, open_floor())),
        (add_HoldEnforcementServiceServicer_to_server, holds),
        (add_HoldScopeServiceServicer_to_server, scopes),
        (
            add_SnapshotServiceServicer_to_server,
            SnapshotServicer(store, topic, state, policy.may_copy),
        ),
    ]
