"""Holds that name no lots, over gRPC."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.common.v1 import holds_pb2, holds_pb2_grpc, keys_pb2

from services.kit.wire import read_page, write_page
from services.wms import policy, wire
from services.wms.application.apply_scopes import apply_scopes, list_scope_lots, listing_of_scope
from services.wms.ports import Books
from services.wms.rpc.desk import Desk

Context = ServicerContext[Any, Any]


class HoldScopeServicer(holds_pb2_grpc.HoldScopeServiceServicer):
    """HoldScopeService v1 on what is received; see holds.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ApplyScopes(  # noqa: N802 - named by the proto
        self, request: holds_pb2.ApplyScopesRequest, context: Context
    ) -> holds_pb2.ApplyScopesResponse:
        """Watch them, or not any more; from the answer on what comes under one is held."""
        principal = policy.may_enforce([hold.plant for hold in request.holds], "holds[{}].plant")
        scopes = wire.read_scopes(request.holds)

        async def effect(books: Books) -> holds_pb2.ApplyScopesResponse:
            return holds_pb2.ApplyScopesResponse(hold_nos=await apply_scopes(books, scopes))

        return await self._desk.once(principal, request, effect)

    async def ListScopeLots(  # noqa: N802 - named by the proto
        self, request: holds_pb2.ListScopeLotsRequest, context: Context
    ) -> holds_pb2.ListScopeLotsResponse:
        """What came under one, a page at a time."""
        policy.may_read([request.plant], "plant")
        plant, hold_no = request.plant, request.hold_no
        page = read_page(request.page, listing_of_scope(plant, hold_no))

        async def look(books: Books) -> holds_pb2.ListScopeLotsResponse:
            cut = await list_scope_lots(books, plant, hold_no, page)
            lots = [keys_pb2.LotKey(**lot._asdict()) for lot in cut.rows]
            return holds_pb2.ListScopeLotsResponse(lots=lots, page=write_page(cut))

        return await self._desk.read(look)
