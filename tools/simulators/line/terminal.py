"""The terminal at the line: starts orders and reports their end, as the user `line`."""

from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from plantmesh.common.v1 import keys_pb2, quantity_pb2
from plantmesh.mes.v1 import work_orders_pb2 as pb
from plantmesh.mes.v1.work_orders_pb2_grpc import WorkOrderServiceStub

from services.kit.errors import UnavailableError
from services.kit.rpc.client import Identity, Peer
from services.kit.tls import TlsFiles
from tools.simulators.line.papers import Told

_STEPS = {
    pb.LIFECYCLE_RELEASED: pb.COMMAND_DISPATCH,
    pb.LIFECYCLE_DISPATCHED: pb.COMMAND_MAKE_READY,
    pb.LIFECYCLE_READY: pb.COMMAND_START,
}


class Terminal:
    """Toward mes at `address`. A call that is not answered raises UnavailableError."""

    def __init__(
        self, address: str, plant: str, identity: Identity, tls: TlsFiles | None = None
    ) -> None:
        self._plant = plant
        self._peer = Peer(address, identity, seconds=5.0, tls=tls)
        self._orders = WorkOrderServiceStub(self._peer.channel)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._peer.close()

    async def running(self, order: str) -> bool:
        """Set it running; False when it is not released here yet."""
        found = await self._find(order)
        while found and found.lifecycle in _STEPS:
            await self._command(order, _STEPS[found.lifecycle])
            found = await self._find(order)
        return found is not None

    async def arrived(self, order: str, good: int, scrap: int) -> bool:
        """Whether mes has counted all of it."""
        found = await self._find(order)
        return found is not None and (
            (Decimal(found.good.value), Decimal(found.scrap.value))
            == (Decimal(good), Decimal(scrap))
        )

    async def end(self, order: str, unit: str, at: datetime, *, deaf: bool = False) -> Told:
        """Nothing came after `at`. A `deaf` terminal hears no answer; told again, it is one."""
        report = pb.Confirmation(id=f"{order}/end", order=self._key(order), final=True)
        report.occurred_at.timestamp.FromDatetime(at)
        getattr(report, "yield").CopyFrom(quantity_pb2.Quantity(value="0", unit=unit))
        request = pb.ConfirmOperationsRequest(idempotency_key=str(uuid4()), confirmations=[report])
        [result] = (await self._orders.ConfirmOperations(request)).results
        if deaf:
            raise UnavailableError("the answer was lost on its way", code="answer_lost")
        return Told(order, result.confirmation_no, result.replayed)

    async def _find(self, order: str) -> pb.WorkOrder | None:
        request = pb.BatchGetWorkOrdersRequest(keys=[self._key(order)])
        orders = (await self._orders.BatchGetWorkOrders(request)).orders
        return orders[0] if orders else None

    async def _command(self, order: str, command: pb.Command.ValueType) -> None:
        await self._orders.CommandWorkOrders(
            pb.CommandWorkOrdersRequest(
                idempotency_key=f"line/{order}/{command}",
                commands=[pb.WorkOrderCommand(key=self._key(order), command=command)],
            )
        )

    def _key(self, order: str) -> keys_pb2.OrderKey:
        return keys_pb2.OrderKey(plant=self._plant, order_no=order)
