"""The outside of the process service: peers that keep books in memory, behind real gRPC ports.

Each keeps the promises of its proto that process relies on: a reference or an idempotency key that
comes again changes nothing, with other content it is refused; a held lot does not move.
"""

from collections import defaultdict
from typing import Any

from plantmesh.common.v1 import holds_pb2_grpc
from plantmesh.erp.v1 import postings_pb2_grpc
from plantmesh.mes.v1 import lots_pb2_grpc, work_orders_pb2_grpc
from plantmesh.quality.v1 import quality_pb2_grpc
from plantmesh.wms.v1 import wms_pb2_grpc

from services.kit.access.tokens import Verifier
from services.kit.rpc.server import Registration, RpcServer
from tests.component.process.peers.book import Book, Lot
from tests.component.process.peers.erp import Postings
from tests.component.process.peers.holds import Holding, Watching
from tests.component.process.peers.mes import Lots, Orders
from tests.component.process.peers.quality import Inspections, Reports
from tests.component.process.peers.wms import Stock


def partly(servicer: Any, *parts: Any) -> Any:
    """A servicer with no more than the calls that process makes."""
    return servicer(*parts)


class Peers:
    """All of them; they outlive the process service however often it is killed."""

    def __init__(self, verifier: Verifier) -> None:
        self.mes, self.quality = Book("mes"), Book("quality")
        self.wms, self.erp = Book("wms"), Book("erp")
        self.made: defaultdict[Lot, set[Lot]] = defaultdict(set)
        self.inspections, self.reports = (
            partly(Inspections, self.quality),
            partly(Reports, self.quality),
        )
        self.stock, self.postings = partly(Stock, self.wms), partly(Postings, self.erp)
        hold = holds_pb2_grpc.add_HoldEnforcementServiceServicer_to_server
        scope = holds_pb2_grpc.add_HoldScopeServiceServicer_to_server
        self.floor = partly(Orders, self.mes)
        self.floor_scopes, self.stock_scopes = Watching(self.mes), Watching(self.wms)
        served: dict[str, list[Registration]] = {
            "mes": [
                (
                    work_orders_pb2_grpc.add_WorkOrderServiceServicer_to_server,
                    self.floor,
                ),
                (lots_pb2_grpc.add_LotServiceServicer_to_server, partly(Lots, self.made)),
                (hold, Holding(self.mes)),
                (scope, self.floor_scopes),
            ],
            "quality": [
                (quality_pb2_grpc.add_InspectionServiceServicer_to_server, self.inspections),
                (quality_pb2_grpc.add_HoldServiceServicer_to_server, self.reports),
            ],
            "wms": [
                (wms_pb2_grpc.add_StockServiceServicer_to_server, self.stock),
                (hold, Holding(self.wms)),
                (scope, self.stock_scopes),
            ],
            "erp": [
                (postings_pb2_grpc.add_PostingServiceServicer_to_server, self.postings),
                (hold, Holding(self.erp)),
            ],
        }
        self.servers = {
            name: RpcServer(verifier, registrations, bind="127.0.0.1", port=0)
            for name, registrations in served.items()
        }

    async def start(self) -> None:
        """Open the ports."""
        for server in self.servers.values():
            await server.start()

    async def stop(self) -> None:
        """Close them."""
        for server in self.servers.values():
            await server.stop(0)

    @property
    def addresses(self) -> dict[str, str]:
        """As the process service is told."""
        return {
            f"PLANTMESH_{name.upper()}_ADDRESS": f"127.0.0.1:{server.port}"
            for name, server in self.servers.items()
        }
