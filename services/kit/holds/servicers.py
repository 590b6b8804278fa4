"""HoldEnforcementService and HoldScopeService over gRPC; see common/v1/holds.proto."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from grpc.aio import ServicerContext
from plantmesh.common.v1 import holds_pb2 as pb
from plantmesh.common.v1 import holds_pb2_grpc, keys_pb2

from services.kit.access.principal import Principal
from services.kit.holds.scopes import Watched, list_scope_lots, listing_of_scope
from services.kit.rpc.clerk import Books, Clerk
from services.kit.wire import read_page, write_page

Context: TypeAlias = "ServicerContext[Any, Any]"
Hold = TypeVar("Hold")
Scope = TypeVar("Scope")
May = Callable[[Sequence[str], str], Principal]
"""Who asks, if they may in all of these plants; the field that named them has a place for the
position."""


@dataclass(frozen=True)
class HoldEnforcementServicer(holds_pb2_grpc.HoldEnforcementServiceServicer, Generic[Books, Hold]):
    """HoldEnforcementService v1 on the books of a service; `enforce` answers with hold numbers."""

    clerk: Clerk[Books]
    may_enforce: May
    read: Callable[[Iterable[pb.LotHold]], Sequence[Hold]]
    enforce: Callable[[Books, Sequence[Hold]], Awaitable[Sequence[str]]]

    async def ApplyHolds(  # noqa: N802 - named by the proto
        self, request: pb.ApplyHoldsRequest, context: Context
    ) -> pb.ApplyHoldsResponse:
        """Apply or lift; from the answer on it holds."""
        plants = [hold.lot.plant for hold in request.holds]
        principal = self.may_enforce(plants, "holds[{}].lot.plant")
        holds = self.read(request.holds)

        async def effect(books: Books) -> pb.ApplyHoldsResponse:
            return pb.ApplyHoldsResponse(hold_nos=await self.enforce(books, holds))

        return await self.clerk.once(principal, request, effect)


@dataclass(frozen=True)
class HoldScopeServicer(holds_pb2_grpc.HoldScopeServiceServicer, Generic[Scope]):
    """HoldScopeService v1 on the scopes that `service` watches."""

    service: str
    clerk: Clerk[Any]
    scopes: Watched[Scope, Any]
    may_enforce: May
    may_read: May
    read: Callable[[Iterable[pb.ScopedHold]], Sequence[Scope]]

    async def ApplyScopes(  # noqa: N802 - named by the proto
        self, request: pb.ApplyScopesRequest, context: Context
    ) -> pb.ApplyScopesResponse:
        """Watch them, or not any more; from the answer on what falls under one is held."""
        principal = self.may_enforce([hold.plant for hold in request.holds], "holds[{}].plant")
        scopes = self.read(request.holds)

        async def effect(_: Any) -> pb.ApplyScopesResponse:
            await self.scopes.apply(scopes)
            return pb.ApplyScopesResponse(hold_nos=sorted({one.hold_no for one in request.holds}))

        return await self.clerk.once(principal, request, effect)

    async def ListScopeLots(  # noqa: N802 - named by the proto
        self, request: pb.ListScopeLotsRequest, context: Context
    ) -> pb.ListScopeLotsResponse:
        """What falls under one, a page at a time."""
        self.may_read([request.plant], "plant")
        plant, hold_no = request.plant, request.hold_no
        page = read_page(request.page, listing_of_scope(self.service, plant, hold_no))

        async def look(_: Any) -> pb.ListScopeLotsResponse:
            cut = await list_scope_lots(self.scopes, plant, hold_no, page)
            lots = [
                keys_pb2.LotKey(plant=lot.plant, item_no=lot.item_no, lot_no=lot.lot_no)
                for lot in cut.rows
            ]
            return pb.ListScopeLotsResponse(lots=lots, page=write_page(cut))

        return await self.clerk.read(look)
