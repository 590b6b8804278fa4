"""The terminal at the line: starts orders and reports what was made, as the user `line`."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from plantmesh.common.v1 import instant_pb2, keys_pb2, quantity_pb2
from plantmesh.mes.v1 import work_orders_pb2 as pb
from plantmesh.mes.v1.work_orders_pb2_grpc import WorkOrderServiceStub

from services.kit.errors import UnavailableError
from services.kit.rpc.client import Identity, Peer
from tools.simulators.line.papers import Job, Made, Told

_LOOK_AGAIN = 0.2
_STEPS = {
    pb.LIFECYCLE_RELEASED: pb.COMMAND_DISPATCH,
    pb.LIFECYCLE_DISPATCHED: pb.COMMAND_MAKE_READY,
    pb.LIFECYCLE_READY: pb.COMMAND_START,
}


class Terminal:
    """Toward mes at `address`. A call that is not answered raises UnavailableError."""

    def __init__(self, address: str, plant: str, identity: Identity) -> None:
        self._plant = plant
        self._peer = Peer(address, identity, seconds=5.0)
        self._orders = WorkOrderServiceStub(self._peer.channel)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._peer.close()

    async def start(self, order: str) -> None:
        """Wait until the order is released here, and set it running."""
        while (found := await self._find(order)) is None or found.lifecycle in _STEPS:
            if found is None:
                await asyncio.sleep(_LOOK_AGAIN)
            else:
                await self._command(order, _STEPS[found.lifecycle])

    async def tell(self, made: Made, *, deaf: bool = False) -> Told:
        """Report. A `deaf` terminal hears no answer; told again, the report's id makes it one."""
        request = pb.ConfirmOperationsRequest(
            idempotency_key=str(uuid4()), confirmations=[self._confirmation(made)]
        )
        [result] = (await self._orders.ConfirmOperations(request)).results
        if deaf:
            raise UnavailableError("the answer was lost on its way", code="answer_lost")
        return Told(result.id, result.confirmation_no, result.replayed)

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

    def _confirmation(self, made: Made) -> pb.Confirmation:
        job = made.job
        offset = made.at.utcoffset() or timedelta()
        at = instant_pb2.Instant(offset_minutes=int(offset.total_seconds()) // 60)
        at.timestamp.FromDatetime(made.at)
        message = pb.Confirmation(
            id=job.id,
            order=self._key(job.order),
            lot_no=job.lot,
            scrap=_scrap(job),
            consumed=_consumed(job),
            occurred_at=at,
            final=job.last,
        )
        getattr(message, "yield").CopyFrom(_quantity(str(job.good), job.unit))
        return message

    def _key(self, order: str) -> keys_pb2.OrderKey:
        return keys_pb2.OrderKey(plant=self._plant, order_no=order)


def _scrap(job: Job) -> list[pb.Scrap]:
    if not job.scrap:
        return []
    return [pb.Scrap(quantity=_quantity(str(job.scrap), job.unit), reason=job.reason)]


def _consumed(job: Job) -> list[pb.ConsumedLot]:
    return [
        pb.ConsumedLot(
            item_no=one.item, lot_no=one.lot, quantity=_quantity(str(one.quantity), one.unit)
        )
        for one in job.inputs
    ]


def _quantity(value: str, unit: str) -> quantity_pb2.Quantity:
    return quantity_pb2.Quantity(value=value, unit=unit)
