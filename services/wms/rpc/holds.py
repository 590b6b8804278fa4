"""Holds on stock over gRPC."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.common.v1 import holds_pb2, holds_pb2_grpc

from services.wms import policy, wire
from services.wms.application.apply_holds import apply_holds
from services.wms.ports import Books
from services.wms.rpc.desk import Desk

Context = ServicerContext[Any, Any]


class HoldEnforcementServicer(holds_pb2_grpc.HoldEnforcementServiceServicer):
    """HoldEnforcementService v1 on stock; see holds.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ApplyHolds(  # noqa: N802 - named by the proto
        self, request: holds_pb2.ApplyHoldsRequest, context: Context
    ) -> holds_pb2.ApplyHoldsResponse:
        """Apply or lift; from the answer on it holds."""
        plants = [hold.lot.plant for hold in request.holds]
        principal = policy.may_enforce(plants, "holds[{}].lot.plant")
        holds = wire.read_holds(request.holds)

        async def effect(books: Books) -> holds_pb2.ApplyHoldsResponse:
            return holds_pb2.ApplyHoldsResponse(hold_nos=await apply_holds(books, holds))

        return await self._desk.once(principal, request, effect)
