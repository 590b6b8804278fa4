"""The outside of the process service: peers that keep books in memory, behind real gRPC ports.

Each keeps the promises of its proto that process relies on: a reference or an idempotency key that
comes again changes nothing, with other content it is refused; a held lot does not move.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.message import Message
from plantmesh.common.v1 import holds_pb2, holds_pb2_grpc, keys_pb2
from plantmesh.erp.v1 import postings_pb2, postings_pb2_grpc
from plantmesh.mes.v1 import lots_pb2, lots_pb2_grpc, work_orders_pb2, work_orders_pb2_grpc
from plantmesh.quality.v1 import quality_pb2, quality_pb2_grpc
from plantmesh.wms.v1 import wms_pb2, wms_pb2_grpc

from services.kit.access.principal import current_principal
from services.kit.access.tokens import Verifier
from services.kit.errors import ConflictError, DomainError, UnavailableError
from services.kit.rpc.server import Registration, RpcServer

A = TypeVar("A", bound=Message)
Lot = tuple[str, str, str]
HELD_MOVES = {wms_pb2.MOVEMENT_TYPE_RELEASE_FROM_QUALITY, wms_pb2.MOVEMENT_TYPE_ISSUE_TO_ORDER}


def lot_of(key: Any) -> Lot:
    """Plant, item, lot."""
    return key.plant, key.item_no, key.lot_no


@dataclass
class Book:
    """What one peer was asked, and how it is told to behave."""

    name: str
    away: bool = False
    slow: Callable[[], Any] | None = None
    calls: list[str] = field(default_factory=list)
    actors: set[str] = field(default_factory=set)
    refused: dict[str, DomainError] = field(default_factory=dict)
    answers: dict[tuple[str, str], tuple[bytes, Message]] = field(default_factory=dict)
    references: dict[str, bytes] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    repeated: int = 0
    holds: dict[tuple[str, Lot], tuple[int, bool]] = field(default_factory=dict)
    blocks: dict[tuple[str, Lot], list[int]] = field(default_factory=dict)

    async def once(self, method: str, request: Any, effect: Callable[[], A]) -> A:
        """The first answer for each key; an effect that raises leaves nothing."""
        self.calls.append(method)
        self.actors.add(current_principal().actor)
        if self.slow is not None:
            await self.slow()
        if self.away:
            raise UnavailableError(f"{self.name} is away")
        key, content = (method, request.idempotency_key), request.SerializeToString()
        if key in self.answers:
            first, answer = self.answers[key]
            if first != content:
                raise ConflictError("other content", code="idempotency_conflict")
            self.repeated += 1
            return answer  # type: ignore[return-value]
        answer = effect()
        self.answers[key] = content, answer
        return answer

    def take(self, items: Iterable[Any]) -> list[Any]:
        """All or none by reference; those that are new."""
        wanted = list(items)
        for one in wanted:
            if one.reference in self.refused:
                raise self.refused[one.reference]
            known = self.references.get(one.reference)
            if known is not None and known != one.SerializeToString():
                raise ConflictError(f"{one.reference} differs", code="reference_differs")
        new = [one for one in wanted if one.reference not in self.references]
        self.repeated += len(wanted) - len(new)
        for one in new:
            self.references[one.reference] = one.SerializeToString()
            self.order.append(one.reference)
        return new

    def apply(self, request: holds_pb2.ApplyHoldsRequest) -> holds_pb2.ApplyHoldsResponse:
        """The newest version of each hold on each lot."""
        for hold in request.holds:
            key = hold.hold_no, lot_of(hold.lot)
            if hold.version > self.holds.get(key, (0, False))[0]:
                self.holds[key] = hold.version, hold.active
                self.blocks[key] = list(hold.blocks)
        return holds_pb2.ApplyHoldsResponse(hold_nos={one.hold_no for one in request.holds})

    def held(self, lot: Lot) -> bool:
        """Whether something holds it here."""
        return any(active for (_, held), (_, active) in self.holds.items() if held == lot)


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


class Orders(work_orders_pb2_grpc.WorkOrderServiceServicer):
    """Mes takes orders over."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.plans: list[work_orders_pb2.WorkOrderPlan] = []

    async def CreateWorkOrders(self, request: Any, context: Any) -> Any:  # noqa: N802
        """By order number."""

        def effect() -> work_orders_pb2.CreateWorkOrdersResponse:
            for plan in request.plans:
                if plan.key.order_no in self.book.refused:
                    raise self.book.refused[plan.key.order_no]
                self.book.order.append(plan.key.order_no)
                self.plans.append(plan)
            return work_orders_pb2.CreateWorkOrdersResponse()

        return await self.book.once("CreateWorkOrders", request, effect)

    async def CommandWorkOrders(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Close; once they are closed they have no other way to go."""

        def effect() -> work_orders_pb2.CommandWorkOrdersResponse:
            for one in request.commands:
                if f"close {one.key.order_no}" in self.book.refused:
                    raise self.book.refused[f"close {one.key.order_no}"]
                self.book.order.append(f"close {one.key.order_no} {one.last_confirmation_no}")
            return work_orders_pb2.CommandWorkOrdersResponse()

        return await self.book.once("CommandWorkOrders", request, effect)


class Lots(lots_pb2_grpc.LotServiceServicer):
    """Mes knows what was made of what."""

    def __init__(self, made: dict[Lot, set[Lot]]) -> None:
        self.made = made

    async def TraceLots(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Forward, each once."""
        found, ahead = set[Lot](), [lot_of(lot) for lot in request.lots]
        while ahead:
            lot = ahead.pop()
            if lot not in found:
                found.add(lot)
                ahead += self.made[lot]
        yield lots_pb2.TraceLotsResponse(
            lots=[
                lots_pb2.Lot(key=keys_pb2.LotKey(plant=p, item_no=i, lot_no=n))
                for p, i, n in sorted(found)
            ]
        )


class Inspections(quality_pb2_grpc.InspectionServiceServicer):
    """Quality inspects lots whose number does not begin with `free`."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.submitted: dict[str, str] = {}

    async def OpenInspections(self, request: Any, context: Any) -> Any:  # noqa: N802
        """One inspection a lot."""

        def effect() -> quality_pb2.OpenInspectionsResponse:
            results = []
            for one in request.submissions:
                if one.source in self.book.refused:
                    raise self.book.refused[one.source]
            for one in request.submissions:
                required = not one.lot.lot_no.startswith("free")
                number = f"I-{one.lot.lot_no}" if required else ""
                self.submitted[one.source] = one.quantity.value
                results.append(
                    quality_pb2.SubmissionResult(
                        source=one.source, required=required, inspection_no=number
                    )
                )
            return quality_pb2.OpenInspectionsResponse(results=results)

        return await self.book.once("OpenInspections", request, effect)


class Reports(quality_pb2_grpc.HoldServiceServicer):
    """Quality hears how far its holds are."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.complete: dict[str, int] = {}
        self.lots: defaultdict[str, set[Lot]] = defaultdict(set)

    async def ReportHolds(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Lots add up."""

        def effect() -> quality_pb2.ReportHoldsResponse:
            for one in request.reports:
                self.lots[one.hold_no] |= {lot_of(lot) for lot in one.lots}
                if one.complete:
                    self.complete[one.hold_no] = max(one.version, self.complete.get(one.hold_no, 0))
            return quality_pb2.ReportHoldsResponse()

        return await self.book.once("ReportHolds", request, effect)


class Stock(wms_pb2_grpc.StockServiceServicer):
    """Wms moves stock, but not of a held lot."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.moved: list[wms_pb2.Movement] = []

    async def MoveStock(self, request: Any, context: Any) -> Any:  # noqa: N802
        """All or none."""

        def effect() -> wms_pb2.MoveStockResponse:
            for one in request.movements:
                if one.type in HELD_MOVES and self.book.held(lot_of(one.stock)):
                    raise ConflictError(f"lot {one.stock.lot_no} is held", code="lot_held")
            self.moved += self.book.take(request.movements)
            return wms_pb2.MoveStockResponse()

        return await self.book.once("MoveStock", request, effect)


class Postings(postings_pb2_grpc.PostingServiceServicer):
    """Erp accepts postings."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.accepted: list[postings_pb2.Posting] = []

    async def AcceptPostings(self, request: Any, context: Any) -> Any:  # noqa: N802
        """All or none, in order."""

        def effect() -> postings_pb2.AcceptPostingsResponse:
            self.accepted += self.book.take(request.postings)
            return postings_pb2.AcceptPostingsResponse()

        return await self.book.once("AcceptPostings", request, effect)


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
