"""Those who work with the platform, each with a token of their own, and what they call."""

from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any, Self

from plantmesh.common.v1 import keys_pb2, quantity_pb2
from plantmesh.erp.v1.money_pb2_grpc import MoneyServiceStub
from plantmesh.erp.v1.postings_pb2_grpc import PostingServiceStub
from plantmesh.mes.v1.counts_pb2_grpc import CountServiceStub
from plantmesh.mes.v1.work_orders_pb2_grpc import WorkOrderServiceStub
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub
from plantmesh.process.v1.process_pb2_grpc import ProcessServiceStub
from plantmesh.quality.v1.quality_pb2_grpc import HoldServiceStub, InspectionServiceStub
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub
from plantmesh.telemetry.v1.equipment_pb2_grpc import EquipmentServiceStub
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from services.kit.rpc.client import Peer
from tools.mesh.badge import Badge
from tools.mesh.mesh import Mesh
from tools.mesh.ports import LOOPBACK
from tools.mesh.tls import operator_files

_SECONDS = 20.0


class Crew:
    """`async with Crew(mesh) as crew`."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Everybody takes their place."""
        self.reference = ReferenceServiceStub(self._channel("planner", "reference"))
        self.steward = ReferenceServiceStub(self._channel("operator", "reference"))
        self.stock = StockServiceStub(self._channel("storekeeper", "wms"))
        self.inspections = InspectionServiceStub(self._channel("inspector", "quality"))
        self.holds = HoldServiceStub(self._channel("inspector", "quality"))
        self.work_orders = WorkOrderServiceStub(self._channel("viewer", "mes"))
        self.counts = CountServiceStub(self._channel("viewer", "mes"))
        self.machines = EquipmentServiceStub(self._channel("viewer", "telemetry"))
        self.flows = ProcessServiceStub(self._channel("viewer", "process"))
        self.postings = PostingServiceStub(self._channel("viewer", "erp"))
        self.money = MoneyServiceStub(self._channel("controller", "erp"))
        self.desk = DeskServiceStub(self._channel("operator", "erp"))
        return self

    async def __aexit__(self, *_: object) -> None:
        """All go home."""
        await self._open.aclose()

    def address(self, service: str) -> str:
        """host:port of its first replica."""
        return f"{LOOPBACK}:{self._mesh.program(service).port('grpc')}"

    def _channel(self, user: str, service: str) -> Any:
        badge = Badge(self._mesh.root, user)
        tls = operator_files(self._mesh.root)
        peer = Peer(f"ipv4:{self.address(service)}", badge, seconds=_SECONDS, tls=tls)
        self._open.push_async_callback(peer.close)
        return peer.channel


def quantity(value: Decimal, unit: str) -> quantity_pb2.Quantity:
    """As messages have it."""
    return quantity_pb2.Quantity(value=format(value.normalize(), "f"), unit=unit)


def order_keys(plant: str, orders: tuple[str, ...]) -> list[keys_pb2.OrderKey]:
    """As messages have them."""
    return [keys_pb2.OrderKey(plant=plant, order_no=order) for order in orders]
