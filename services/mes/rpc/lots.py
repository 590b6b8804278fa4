"""LotService over gRPC."""

from collections.abc import AsyncIterator

from plantmesh.mes.v1 import lots_pb2, lots_pb2_grpc

from services.kit.wire import read_page, write_page
from services.mes import policy, wire
from services.mes.application.find import list_lots, listing_of_lots, lots_of_orders
from services.mes.application.trace import trace
from services.mes.domain.lot import Sought
from services.mes.ports import Books
from services.mes.rpc.desk import Context, Desk


class LotServicer(lots_pb2_grpc.LotServiceServicer):
    """LotService v1; see lots.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def BatchGetLots(  # noqa: N802 - named by the proto
        self, request: lots_pb2.BatchGetLotsRequest, context: Context
    ) -> lots_pb2.BatchGetLotsResponse:
        """Lots by key, in the order asked for."""
        policy.may_read([key.plant for key in request.keys], "keys[{}].plant")
        keys = list(dict.fromkeys(wire.read_lot_key(key) for key in request.keys))

        async def look(books: Books) -> lots_pb2.BatchGetLotsResponse:
            found = await books.lots.get(keys)
            return lots_pb2.BatchGetLotsResponse(
                lots=wire.write_lots(found[key] for key in keys if key in found),
                missing=[wire.write_lot_key(key) for key in keys if key not in found],
            )

        return await self._desk.read(look)

    async def BatchGetOrderLots(  # noqa: N802 - named by the proto
        self, request: lots_pb2.BatchGetOrderLotsRequest, context: Context
    ) -> lots_pb2.BatchGetOrderLotsResponse:
        """The lots of each order."""
        policy.may_read([order.plant for order in request.orders], "orders[{}].plant")
        keys = list(dict.fromkeys(wire.read_order_key(order) for order in request.orders))

        async def look(books: Books) -> lots_pb2.BatchGetOrderLotsResponse:
            found = await lots_of_orders(books, keys)
            return lots_pb2.BatchGetOrderLotsResponse(
                orders=[
                    lots_pb2.OrderLots(
                        order=wire.write_order_key(key), lots=wire.write_lots(found[key])
                    )
                    for key in keys
                ]
            )

        return await self._desk.read(look)

    async def ListLots(  # noqa: N802 - named by the proto
        self, request: lots_pb2.ListLotsRequest, context: Context
    ) -> lots_pb2.ListLotsResponse:
        """A plant's lots, a page at a time."""
        policy.may_read([request.plant], "plant")
        sought = Sought(
            request.lot_no,
            request.supplier_lot,
            request.order_no,
            request.purchase_order_no,
            request.sales_order_no,
        )
        page = read_page(request.page, listing_of_lots(request.plant, sought))

        async def look(books: Books) -> lots_pb2.ListLotsResponse:
            cut = await list_lots(books, request.plant, page, sought)
            return lots_pb2.ListLotsResponse(lots=wire.write_lots(cut.rows), page=write_page(cut))

        return await self._desk.read(look)

    async def TraceLots(  # noqa: N802 - named by the proto
        self, request: lots_pb2.TraceLotsRequest, context: Context
    ) -> AsyncIterator[lots_pb2.TraceLotsResponse]:
        """Everything made of some lots, or all they were made of."""
        principal = policy.may_read([lot.plant for lot in request.lots], "lots[{}].plant")
        start = {wire.read_lot_key(lot) for lot in request.lots}
        direction, plants = wire.read_direction(request.direction), policy.plants_of(principal)

        family = await self._desk.read(lambda books: trace(books, start, direction, plants))
        for part in wire.write_family(family):
            yield part
