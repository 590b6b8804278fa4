"""MoneyService: what orders cost, the journal, and what waits for finance."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.erp.v1 import money_pb2 as pb
from plantmesh.erp.v1 import money_pb2_grpc

from services.erp import policy, wire
from services.erp.ports.accounting import Accounts
from services.erp.wire import money
from services.kit.paging import Listing
from services.kit.store import Store
from services.kit.wire import read_page


class MoneyServicer(money_pb2_grpc.MoneyServiceServicer):
    """MoneyService v1; amounts are withheld from whoever may not see costs."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self._store = store
        self._accounts = accounts

    async def BatchGetOrderCosts(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetOrderCostsRequest, context: ServicerContext[Any, Any]
    ) -> pb.BatchGetOrderCostsResponse:
        """In the order of the request."""
        orders = [wire.read_order_key(key) for key in request.orders]
        shown = policy.sees_costs(policy.may_read(orders, field="orders"))
        async with self._store.work():
            values = await self._accounts.journal.orders(set(orders)) if shown else {}
            parked = await self._accounts.reports.waiting_of(set(orders)) if shown else {}
        return money.write_costs(orders, values, parked, shown=shown)

    async def ListEntries(  # noqa: N802 - named by the proto
        self, request: pb.ListEntriesRequest, context: ServicerContext[Any, Any]
    ) -> pb.ListEntriesResponse:
        """By number."""
        shown = policy.sees_costs(policy.may_list(request.plant))
        wanted = money.read_wanted(request)
        page = read_page(request.page, Listing(f"erp.entries {wanted}", (int,)))
        async with self._store.work():
            return money.write_entries(
                await self._accounts.reports.entries(wanted, page), shown=shown
            )

    async def GetTrialBalance(  # noqa: N802 - named by the proto
        self, request: pb.GetTrialBalanceRequest, context: ServicerContext[Any, Any]
    ) -> pb.GetTrialBalanceResponse:
        """By account."""
        shown = policy.sees_costs(policy.may_list(request.plant))
        since, until = (
            money.read_day(request.since, "since"),
            money.read_day(request.until, "until"),
        )
        async with self._store.work():
            found = await self._accounts.reports.trial_balance(request.plant, since, until)
        return money.write_balances(found, shown=shown)

    async def ListParkedDocuments(  # noqa: N802 - named by the proto
        self, request: pb.ListParkedDocumentsRequest, context: ServicerContext[Any, Any]
    ) -> pb.ListParkedDocumentsResponse:
        """Oldest first."""
        policy.may_list(request.plant)
        page = read_page(request.page, Listing(f"erp.parked {request.plant}", (int,)))
        async with self._store.work():
            return money.write_parked(await self._accounts.reports.waiting(request.plant, page))

    async def RecountStockValues(  # noqa: N802 - named by the proto
        self, request: pb.RecountStockValuesRequest, context: ServicerContext[Any, Any]
    ) -> pb.RecountStockValuesResponse:
        """Of all plants."""
        policy.may_recount()
        async with self._store.work():
            return money.write_drifts(await self._accounts.reports.recount())
