"""SalesOrderService and PurchaseOrderService: orders of customers and to suppliers."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.erp.v1 import commercial_pb2 as pb
from plantmesh.erp.v1 import commercial_pb2_grpc

from services.erp import policy
from services.erp.application.read_orders import listing_of_trade, read_commercial, read_orders
from services.erp.domain.keys import Trade
from services.erp.ports.commercial import CommercialOrders
from services.erp.wire import commercial as wire
from services.kit.store import Store
from services.kit.wire import read_page, write_page

Context = ServicerContext[Any, Any]


class SalesOrderServicer(commercial_pb2_grpc.SalesOrderServiceServicer):
    """SalesOrderService v1; what is sensitive is withheld from whoever may not see it."""

    def __init__(self, store: Store, orders: CommercialOrders) -> None:
        self._store = store
        self._orders = orders

    async def GetSalesOrder(  # noqa: N802 - named by the proto
        self, request: pb.GetSalesOrderRequest, context: Context
    ) -> pb.GetSalesOrderResponse:
        """One."""
        key = wire.read_sales_key(request.key)
        shown = policy.sees_trade(policy.may_list(key.plant, field="key.plant"))
        async with self._store.work():
            order = await read_commercial(self._orders, key)
        return pb.GetSalesOrderResponse(order=wire.write_sales_order(order, shown=shown))

    async def BatchGetSalesOrders(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetSalesOrdersRequest, context: Context
    ) -> pb.BatchGetSalesOrdersResponse:
        """By key."""
        keys = [wire.read_sales_key(key) for key in request.keys]
        shown = policy.sees_trade(policy.may_read(keys, field="keys"))
        async with self._store.work():
            found, missing = await read_orders(self._orders, keys)
        return pb.BatchGetSalesOrdersResponse(
            orders=[wire.write_sales_order(order, shown=shown) for order in found],
            missing=map(wire.write_sales_key, missing),
        )

    async def ListSalesOrders(  # noqa: N802 - named by the proto
        self, request: pb.ListSalesOrdersRequest, context: Context
    ) -> pb.ListSalesOrdersResponse:
        """Of a plant, a page at a time."""
        shown = policy.sees_trade(policy.may_list(request.plant))
        page = read_page(request.page, listing_of_trade(Trade.SALES, request.plant))
        async with self._store.work():
            cut = await self._orders.page(Trade.SALES, request.plant, page)
        orders = [wire.write_sales_order(order, shown=shown) for order in cut.rows]
        return pb.ListSalesOrdersResponse(orders=orders, page=write_page(cut))

    async def BatchGetLotAllocations(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetLotAllocationsRequest, context: Context
    ) -> pb.BatchGetLotAllocationsResponse:
        """What lots are meant for."""
        lots = [wire.read_lot(lot) for lot in request.lots]
        policy.may_read(lots, field="lots")
        async with self._store.work():
            return wire.write_allocations(await self._orders.allocated(set(lots)))


class PurchaseOrderServicer(commercial_pb2_grpc.PurchaseOrderServiceServicer):
    """PurchaseOrderService v1; prices are withheld from whoever may not see them."""

    def __init__(self, store: Store, orders: CommercialOrders) -> None:
        self._store = store
        self._orders = orders

    async def GetPurchaseOrder(  # noqa: N802 - named by the proto
        self, request: pb.GetPurchaseOrderRequest, context: Context
    ) -> pb.GetPurchaseOrderResponse:
        """One."""
        key = wire.read_purchase_key(request.key)
        shown = policy.sees_trade(policy.may_list(key.plant, field="key.plant"))
        async with self._store.work():
            order = await read_commercial(self._orders, key)
        return pb.GetPurchaseOrderResponse(order=wire.write_purchase_order(order, shown=shown))

    async def BatchGetPurchaseOrders(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetPurchaseOrdersRequest, context: Context
    ) -> pb.BatchGetPurchaseOrdersResponse:
        """By key."""
        keys = [wire.read_purchase_key(key) for key in request.keys]
        shown = policy.sees_trade(policy.may_read(keys, field="keys"))
        async with self._store.work():
            found, missing = await read_orders(self._orders, keys)
        return pb.BatchGetPurchaseOrdersResponse(
            orders=[wire.write_purchase_order(order, shown=shown) for order in found],
            missing=map(wire.write_purchase_key, missing),
        )

    async def ListPurchaseOrders(  # noqa: N802 - named by the proto
        self, request: pb.ListPurchaseOrdersRequest, context: Context
    ) -> pb.ListPurchaseOrdersResponse:
        """Of a plant, a page at a time."""
        shown = policy.sees_trade(policy.may_list(request.plant))
        page = read_page(request.page, listing_of_trade(Trade.PURCHASE, request.plant))
        async with self._store.work():
            cut = await self._orders.page(Trade.PURCHASE, request.plant, page)
        orders = [wire.write_purchase_order(order, shown=shown) for order in cut.rows]
        return pb.ListPurchaseOrdersResponse(orders=orders, page=write_page(cut))
