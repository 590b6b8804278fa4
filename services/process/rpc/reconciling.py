"""The comparison of both books, put together: whom it asks, and how it tells."""

from collections.abc import Callable
from datetime import time
from typing import Protocol

from plantmesh.erp.v1.reading_pb2_grpc import ErpReadingServiceStub
from plantmesh.mes.v1.work_orders_pb2_grpc import WorkOrderServiceStub
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from services.kit.backbone.outbox import emit
from services.kit.clock import SystemClock
from services.kit.rounds import Rounds
from services.kit.rpc.client import Peer
from services.kit.service import Service
from services.kit.store import Store, current_work
from services.process.adapters.books import GrpcBooks
from services.process.adapters.reconciler import Pace, Reconciler
from services.process.ports.drifts import Drift
from services.process.store.drifts import SqlDrifts
from services.process.store.open_drifts import OpenDrifts
from services.process.wire.drift import write_news

_LOOK_SECONDS = 10.0


class Told(Protocol):
    """What the environment says of it."""

    @property
    def instance(self) -> str:
        """This replica."""
        ...

    @property
    def reconcile_at(self) -> time:
        """The plants' own time of day."""
        ...

    @property
    def settle_seconds(self) -> float:
        """Before what drifts is looked at again."""
        ...


def reconcile(
    service: Service, store: Store, open_to: Callable[[str], Peer], settings: Told
) -> None:
    """Add the comparison of the warehouse's books with the ERPs', and its measure."""
    pace = Pace(settings.reconcile_at, settings.settle_seconds)
    reconciler = reconciling(store, open_to, pace).elected(settings.instance)
    service.add("reconciler", reconciler, reports=True)
    look = Rounds(OpenDrifts(store).look, seconds=_LOOK_SECONDS)
    service.add("drift", look, reports=True)


def reconciling(store: Store, open_to: Callable[[str], Peer], pace: Pace) -> Reconciler:
    """Over the warehouse's books, the floor's orders and the ERPs."""
    wms, mes, erp = (open_to(name).channel for name in ("wms", "mes", "erp"))
    books = GrpcBooks(StockServiceStub(wms), WorkOrderServiceStub(mes), ErpReadingServiceStub(erp))
    return Reconciler(store, books, SqlDrifts(), announce, SystemClock(), pace)


def announce(drift: Drift) -> None:
    """Tell that drift has opened, or closed; in the ambient unit of work."""
    emit(current_work(), *write_news(drift))
