"""Where holds are enforced, and scopes watched."""

from typing import Any

from plantmesh.common.v1 import holds_pb2, holds_pb2_grpc

from tests.component.process.peers.book import Book, Lot


class Holding(holds_pb2_grpc.HoldEnforcementServiceServicer):
    """HoldEnforcementService of one peer."""

    def __init__(self, book: Book) -> None:
        self.book = book

    async def ApplyHolds(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Apply or lift."""
        return await self.book.once("ApplyHolds", request, lambda: self.book.apply(request))


class Watching(holds_pb2_grpc.HoldScopeServiceServicer):
    """HoldScopeService of one peer: `under` is what falls under any scope there."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.scopes: dict[str, holds_pb2.ScopedHold] = {}
        self.under: list[Lot] = []

    async def ApplyScopes(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The newest version."""

        def effect() -> holds_pb2.ApplyScopesResponse:
            for hold in request.holds:
                known = self.scopes.get(hold.hold_no)
                if known is None or known.version < hold.version:
                    self.scopes[hold.hold_no] = hold
            return holds_pb2.ApplyScopesResponse(hold_nos={one.hold_no for one in request.holds})

        return await self.book.once("ApplyScopes", request, effect)

    async def ListScopeLots(self, request: Any, context: Any) -> Any:  # noqa: N802
        """One a page: while it is in force what is under it, then what is held for it."""
        lots = set(self.under) if self.scopes[request.hold_no].active else set[Lot]()
        for (hold_no, lot), (_, active) in self.book.holds.items():
            if hold_no == request.hold_no and active:
                lots.add(lot)
        left = [lot for lot in sorted(lots) if "/".join(lot) > request.page.cursor]
        answer = holds_pb2.ListScopeLotsResponse()
        for plant, item_no, lot_no in left[:1]:
            answer.lots.add(plant=plant, item_no=item_no, lot_no=lot_no)
            answer.page.end_cursor, answer.page.has_more = "/".join(left[0]), len(left) > 1
        return answer
