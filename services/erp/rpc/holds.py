"""HoldEnforcementService: what waits for the ERPs and may not go."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.common.v1 import holds_pb2, holds_pb2_grpc

from services.erp import policy, wire
from services.erp.application.apply_holds import apply_holds, refuse_while_under_way
from services.erp.ports import Books
from services.kit.commands import once
from services.kit.store import Store


class HoldServicer(holds_pb2_grpc.HoldEnforcementServiceServicer):
    """HoldEnforcementService v1 for what waits for the ERPs."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store = store
        self._books = books

    async def ApplyHolds(  # noqa: N802 - named by the proto
        self, request: holds_pb2.ApplyHoldsRequest, context: ServicerContext[Any, Any]
    ) -> holds_pb2.ApplyHoldsResponse:
        """Apply and lift; UNAVAILABLE while an ERP may be working on a posting of a lot."""
        holds = wire.read_holds(request.holds)
        principal = policy.may_enforce(hold.lot.plant for hold in holds)

        async def apply() -> holds_pb2.ApplyHoldsResponse:
            return holds_pb2.ApplyHoldsResponse(hold_nos=await apply_holds(self._books, holds))

        key = request.idempotency_key
        answer = await once(self._store, principal, "ApplyHolds", key, request, apply)
        async with self._store.work():
            await refuse_while_under_way(self._books.postings, holds)
        return answer
