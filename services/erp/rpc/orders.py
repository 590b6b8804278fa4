"""OrderService: production orders as their ERP knows them."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.erp.v1 import orders_pb2, orders_pb2_grpc

from services.erp import policy, wire
from services.erp.application.read_orders import listing_of_orders, read_orders
from services.erp.ports import Books
from services.kit.store import Store
from services.kit.wire import read_page


class OrderServicer(orders_pb2_grpc.OrderServiceServicer):
    """OrderService v1; see orders.proto for the meaning of each call."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store = store
        self._books = books

    async def BatchGetOrders(  # noqa: N802 - named by the proto
        self, request: orders_pb2.BatchGetOrdersRequest, context: ServicerContext[Any, Any]
    ) -> orders_pb2.BatchGetOrdersResponse:
        """Orders by key."""
        keys = [wire.read_order_key(key) for key in request.keys]
        policy.may_read(keys, field="keys")
        async with self._store.work():
            found, missing = await read_orders(self._books.orders, keys)
        return wire.write_orders(found, missing)

    async def ListOrders(  # noqa: N802 - named by the proto
        self, request: orders_pb2.ListOrdersRequest, context: ServicerContext[Any, Any]
    ) -> orders_pb2.ListOrdersResponse:
        """Orders of a plant, a page at a time."""
        policy.may_list(request.plant)
        page = read_page(request.page, listing_of_orders(request.plant))
        async with self._store.work():
            return wire.write_order_page(await self._books.orders.page(request.plant, page))
