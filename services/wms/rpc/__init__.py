"""The gRPC face of wms. Refusals become status codes in kit.rpc."""

from collections.abc import AsyncIterator, Iterable

from google.protobuf.message import Message
from plantmesh.common.v1.holds_pb2_grpc import (
    add_HoldEnforcementServiceServicer_to_server,
    add_HoldScopeServiceServicer_to_server,
)
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.wms.v1.handling_units_pb2_grpc import add_HandlingUnitServiceServicer_to_server
from plantmesh.wms.v1.load_pb2_grpc import add_StockLoadServiceServicer_to_server
from plantmesh.wms.v1.reservations_pb2_grpc import add_ReservationServiceServicer_to_server
from plantmesh.wms.v1.stock_counts_pb2_grpc import add_StockCountServiceServicer_to_server
from plantmesh.wms.v1.wms_pb2_grpc import add_StockServiceServicer_to_server

from services.kit.backbone.topic import Topic
from services.kit.holds.servicers import HoldEnforcementServicer, HoldScopeServicer
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.store import Store
from services.wms import policy, wire
from services.wms.application.apply_holds import apply_holds
from services.wms.rpc.counts import StockCountServicer
from services.wms.rpc.desk import Desk
from services.wms.rpc.load import StockLoadServicer
from services.wms.rpc.reservations import ReservationServicer
from services.wms.rpc.stock import StockServicer
from services.wms.rpc.units import HandlingUnitServicer
from services.wms.store.openings import SqlOpenings

__all__ = ["Desk", "registrations"]


def registrations(store: Store, topic: Topic, desk: Desk) -> list[Registration]:
    """Everything wms answers."""
    may = policy.may_enforce
    holds = HoldEnforcementServicer(desk, may, wire.read_holds, apply_holds)
    scopes = HoldScopeServicer(
        "wms", desk, desk.books.scopes, may, policy.may_read, wire.read_scopes
    )

    def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        return desk.state(lambda key: topic.part_of(str(key)) == partition)

    snapshots = SnapshotServicer(store, topic, state, policy.may_copy)
    return [
        (add_StockServiceServicer_to_server, StockServicer(desk)),
        (add_HoldEnforcementServiceServicer_to_server, holds),
        (add_HoldScopeServiceServicer_to_server, scopes),
        (add_ReservationServiceServicer_to_server, ReservationServicer(desk)),
        (add_HandlingUnitServiceServicer_to_server, HandlingUnitServicer(desk)),
        (add_StockCountServiceServicer_to_server, StockCountServicer(desk)),
        (
            add_StockLoadServiceServicer_to_server,
            StockLoadServicer(store, desk, SqlOpenings()),
        ),
        (add_SnapshotServiceServicer_to_server, snapshots),
    ]
