"""The peers this service calls: a channel and stubs for each."""

from collections.abc import Callable

from plantmesh.common.v1.holds_pb2_grpc import (
    HoldEnforcementServiceStub,
    HoldScopeServiceStub,
)
from plantmesh.erp.v1.postings_pb2_grpc import PostingServiceStub
from plantmesh.mes.v1.lots_pb2_grpc import LotServiceStub
from plantmesh.mes.v1.work_orders_pb2_grpc import WorkOrderServiceStub
from plantmesh.quality.v1.quality_pb2_grpc import HoldServiceStub, InspectionServiceStub
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from services.kit.rpc.client import Peer
from services.process.adapters.peers import (
    GrpcEnforcer,
    GrpcErp,
    GrpcMes,
    GrpcQuality,
    GrpcWatcher,
    GrpcWms,
)
from services.process.ports import Peers


def opening(
    peer: Callable[..., Peer], address_of: Callable[[str], str], seconds: float
) -> Callable[[str], Peer]:
    """How to open a peer by its service's name; a call of it may take so long."""
    return lambda name: peer(address_of(name), seconds=seconds)


def open_peers(open_to: Callable[[str], Peer]) -> Peers:
    """All of them; `open_to` gives the peer of a service's name."""
    mes, quality, wms, erp = (open_to(name).channel for name in ("mes", "quality", "wms", "erp"))
    enforcers = {"mes": mes, "wms": wms, "erp": erp}
    return Peers(
        GrpcMes(WorkOrderServiceStub(mes), LotServiceStub(mes)),
        GrpcQuality(InspectionServiceStub(quality), HoldServiceStub(quality)),
        GrpcWms(StockServiceStub(wms)),
        GrpcErp(PostingServiceStub(erp)),
        {
            name: GrpcEnforcer(HoldEnforcementServiceStub(channel))
            for name, channel in enforcers.items()
        },
        {
            name: GrpcWatcher(HoldScopeServiceStub(channel))
            for name, channel in (("mes", mes), ("wms", wms))
        },
    )
