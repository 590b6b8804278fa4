"""The peers over gRPC; a stub each, on a channel that carries our token and on whose behalf."""

from collections.abc import Collection, Sequence
from typing import Any

from services.process.domain.effects import Closing, Movement, Posting
from services.process.domain.facts import Confirmed, HoldOrdered, OrderReleased
from services.process.domain.keys import LotKey
from services.process.wire import requests

_TRACED_AT_ONCE = 100


class GrpcMes:
    """ports.Mes: WorkOrderService and LotService."""

    def __init__(self, orders: Any, lots: Any) -> None:
        self._orders = orders
        self._lots = lots

    async def create_work_order(self, released: OrderReleased, key: str) -> None:
        """One order."""
        await self._orders.CreateWorkOrders(requests.create_work_order(released, key))

    async def close_work_order(self, closing: Closing, key: str) -> None:
        """One command."""
        await self._orders.CommandWorkOrders(requests.close_work_order(closing, key))

    async def descendants(self, lots: Collection[LotKey]) -> set[LotKey]:
        """In parts, as a bulk lot reaches tens of thousands."""
        found, wanted = set(lots), sorted(lots)
        for start in range(0, len(wanted), _TRACED_AT_ONCE):
            request = requests.trace_forward(wanted[start : start + _TRACED_AT_ONCE])
            async for answer in self._lots.TraceLots(request):
                found |= requests.read_trace(answer)
        return found


class GrpcQuality:
    """ports.Quality: InspectionService and HoldService."""

    def __init__(self, inspections: Any, holds: Any) -> None:
        self._inspections = inspections
        self._holds = holds

    async def open_inspections(self, confirmed: Sequence[Confirmed], key: str) -> Sequence[str]:
        """A submission for each."""
        request = requests.open_inspections(confirmed, key)
        answer = await self._inspections.OpenInspections(request)
        return requests.read_inspections(answer, confirmed)

    async def report_hold(
        self, hold: HoldOrdered, lots: Collection[LotKey], key: str, *, complete: bool
    ) -> None:
        """One report."""
        await self._holds.ReportHolds(requests.report_hold(hold, lots, key, complete=complete))


class GrpcWms:
    """ports.Wms: StockService."""

    def __init__(self, stock: Any) -> None:
        self._stock = stock

    async def move(self, movements: Sequence[Movement], key: str) -> None:
        """All or none."""
        await self._stock.MoveStock(requests.move_stock(movements, key))


class GrpcErp:
    """ports.Erp: PostingService."""

    def __init__(self, postings: Any) -> None:
        self._postings = postings

    async def accept(self, postings: Sequence[Posting], key: str) -> None:
        """All or none."""
        await self._postings.AcceptPostings(requests.accept_postings(postings, key))


class GrpcEnforcer:
    """ports.Enforcer: HoldEnforcementService of one peer."""

    def __init__(self, holds: Any) -> None:
        self._holds = holds

    async def apply(self, hold: HoldOrdered, lots: Sequence[LotKey], key: str) -> None:
        """One hold on several lots."""
        await self._holds.ApplyHolds(requests.apply_hold(hold, lots, key))


class GrpcWatcher:
    """ports.Watcher: HoldScopeService of one peer."""

    def __init__(self, scopes: Any) -> None:
        self._scopes = scopes

    async def watch(self, hold: HoldOrdered, key: str) -> None:
        """One hold."""
        await self._scopes.ApplyScopes(requests.apply_scope(hold, key))

    async def under(self, hold: HoldOrdered) -> set[LotKey]:
        """Page by page: what comes meanwhile is held as it comes."""
        found, cursor, more = set[LotKey](), "", True
        while more:
            answer = await self._scopes.ListScopeLots(requests.list_scope_lots(hold, cursor))
            found |= requests.read_scope_lots(answer)
            cursor, more = answer.page.end_cursor, answer.page.has_more
        return found
