"""SalesOrderService and PurchaseOrderService: orders of customers and to suppliers."""

from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar

from grpc.aio import ServicerContext
from plantmesh.common.v1 import page_pb2
from plantmesh.erp.v1 import commercial_pb2 as pb
from plantmesh.erp.v1 import commercial_pb2_grpc

from services.erp import policy
from services.erp.application.read_orders import listing_of_trade, read_commercial, read_orders
from services.erp.domain.commercial import CommercialOrder
from services.erp.domain.keys import CommercialKey, Trade
from services.erp.ports.commercial import CommercialOrders
from services.erp.wire import commercial as wire
from services.kit.store import Store
from services.kit.wire import read_page, write_page

Context = ServicerContext[Any, Any]
Order_co = TypeVar("Order_co", covariant=True)


class Write(Protocol[Order_co]):
    """An order as a message; without `shown` what is sensitive is withheld."""

    def __call__(self, order: CommercialOrder, *, shown: bool) -> Order_co:
        """The message."""
        ...


class Shelf(Generic[Order_co]):
    """The orders of one trade, for those who may see them."""

    def __init__(
        self, store: Store, orders: CommercialOrders, trade: Trade, write: Write[Order_co]
    ) -> None:
        self._store = store
        self._orders = orders
        self._trade = trade
        self._write = write

    async def get(self, key: CommercialKey) -> Order_co:
        """One."""
        shown = policy.sees_trade(policy.may_list(key.plant, field="key.plant"))
        async with self._store.work():
            return self._write(await read_commercial(self._orders, key), shown=shown)

    async def get_many(
        self, keys: Sequence[CommercialKey]
    ) -> tuple[list[Order_co], list[CommercialKey]]:
        """Those that are here, and the keys of the others."""
        shown = policy.sees_trade(policy.may_read(keys, field="keys"))
        async with self._store.work():
            found, missing = await read_orders(self._orders, keys)
        return [self._write(order, shown=shown) for order in found], missing

    async def page(
        self, plant: str, wanted: page_pb2.PageRequest
    ) -> tuple[list[Order_co], page_pb2.PageInfo]:
        """Of a plant, a page at a time."""
        shown = policy.sees_trade(policy.may_list(plant))
        page = read_page(wanted, listing_of_trade(self._trade, plant))
        async with self._store.work():
            cut = await self._orders.page(self._trade, plant, page)
        return [self._write(order, shown=shown) for order in cut.rows], write_page(cut)


class SalesOrderServicer(commercial_pb2_grpc.SalesOrderServiceServicer):
    """SalesOrderService v1; what is sensitive is withheld from whoever may not see it."""

    def __init__(self, store: Store, orders: CommercialOrders) -> None:
        self._shelf = Shelf(store, orders, Trade.SALES, wire.write_sales_order)
        self._store = store
        self._orders = orders

    async def GetSalesOrder(  # noqa: N802 - named by the proto
        self, request: pb.GetSalesOrderRequest, context: Context
    ) -> pb.GetSalesOrderResponse:
        """One."""
        order = await self._shelf.get(wire.read_sales_key(request.key))
        return pb.GetSalesOrderResponse(order=order)

    async def BatchGetSalesOrders(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetSalesOrdersRequest, context: Context
    ) -> pb.BatchGetSalesOrdersResponse:
        """By key."""
        keys = [wire.read_sales_key(key) for key in request.keys]
        orders, missing = await self._shelf.get_many(keys)
        return pb.BatchGetSalesOrdersResponse(
            orders=orders, missing=map(wire.write_sales_key, missing)
        )

    async def ListSalesOrders(  # noqa: N802 - named by the proto
        self, request: pb.ListSalesOrdersRequest, context: Context
    ) -> pb.ListSalesOrdersResponse:
        """Of a plant, a page at a time."""
        orders, page = await self._shelf.page(request.plant, request.page)
        return pb.ListSalesOrdersResponse(orders=orders, page=page)

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
        self._shelf = Shelf(store, orders, Trade.PURCHASE, wire.write_purchase_order)

    async def GetPurchaseOrder(  # noqa: N802 - named by the proto
        self, request: pb.GetPurchaseOrderRequest, context: Context
    ) -> pb.GetPurchaseOrderResponse:
        """One."""
        order = await self._shelf.get(wire.read_purchase_key(request.key))
        return pb.GetPurchaseOrderResponse(order=order)

    async def BatchGetPurchaseOrders(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetPurchaseOrdersRequest, context: Context
    ) -> pb.BatchGetPurchaseOrdersResponse:
        """By key."""
        keys = [wire.read_purchase_key(key) for key in request.keys]
        orders, missing = await self._shelf.get_many(keys)
        return pb.BatchGetPurchaseOrdersResponse(
            orders=orders, missing=map(wire.write_purchase_key, missing)
        )

    async def ListPurchaseOrders(  # noqa: N802 - named by the proto
        self, request: pb.ListPurchaseOrdersRequest, context: Context
    ) -> pb.ListPurchaseOrdersResponse:
        """Of a plant, a page at a time."""
        orders, page = await self._shelf.page(request.plant, request.page)
        return pb.ListPurchaseOrdersResponse(orders=orders, page=page)
