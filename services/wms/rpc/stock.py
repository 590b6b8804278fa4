"""Stock over gRPC: movements and balances."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.wms.v1 import wms_pb2, wms_pb2_grpc

from services.kit.audit import told_by
from services.kit.paging import Page
from services.kit.wire import read_page, write_page
from services.wms import policy, wire
from services.wms.application.move_stock import goods_moved, move_stock
from services.wms.application.read_stock import (
    list_balances,
    list_movements,
    listing_of_balances,
    listing_of_movements,
    stock_of_items,
    stock_of_lots,
    stock_of_orders,
)
from services.wms.application.recount_balances import LISTING, recount_balances
from services.wms.domain.keys import LotKey
from services.wms.ports import Books
from services.wms.rpc.desk import Desk

Context = ServicerContext[Any, Any]


class StockServicer(wms_pb2_grpc.StockServiceServicer):
    """StockService v1; see wms.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def MoveStock(  # noqa: N802 - named by the proto
        self, request: wms_pb2.MoveStockRequest, context: Context
    ) -> wms_pb2.MoveStockResponse:
        """Carry movements out, all or none."""
        plants = [movement.stock.plant for movement in request.movements]
        principal = policy.may_move(plants, "movements[{}].stock.plant")
        targets = [one.to.plant or one.stock.plant for one in request.movements]
        policy.may_move(targets, "movements[{}].to.plant")
        movements = wire.read_movements(request.movements)
        await self._desk.learn(goods_moved(movements))

        async def effect(books: Books) -> wms_pb2.MoveStockResponse:
            results = await move_stock(books, movements, lenient=self._desk.lenient)
            return wire.write_results(results)

        return await self._desk.once(principal, request, effect)

    async def BatchGetLotBalances(  # noqa: N802 - named by the proto
        self, request: wms_pb2.BatchGetLotBalancesRequest, context: Context
    ) -> wms_pb2.BatchGetLotBalancesResponse:
        """Lots by key, in the order asked for, each once."""
        policy.may_read([lot.plant for lot in request.lots], "lots[{}].plant")
        lots = list(dict.fromkeys(wire.read_lot_key(lot) for lot in request.lots))
        return wire.write_lots(await self._desk.read(lambda books: stock_of_lots(books, lots)))

    async def BatchGetOrderBalances(  # noqa: N802 - named by the proto
        self, request: wms_pb2.BatchGetOrderBalancesRequest, context: Context
    ) -> wms_pb2.BatchGetOrderBalancesResponse:
        """Orders by key, in the order asked for, each once."""
        policy.may_read([order.plant for order in request.orders], "orders[{}].plant")
        orders = list(dict.fromkeys(wire.read_order_key(order) for order in request.orders))
        return wire.write_orders(
            await self._desk.read(lambda books: stock_of_orders(books, orders))
        )

    async def BatchGetItemBalances(  # noqa: N802 - named by the proto
        self, request: wms_pb2.BatchGetItemBalancesRequest, context: Context
    ) -> wms_pb2.BatchGetItemBalancesResponse:
        """Items by key, in the order asked for, each once."""
        policy.may_read([item.plant for item in request.items], "items[{}].plant")
        items = list(dict.fromkeys(wire.read_item_key(item) for item in request.items))
        return wire.write_items(await self._desk.read(lambda books: stock_of_items(books, items)))

    async def ListBalances(  # noqa: N802 - named by the proto
        self, request: wms_pb2.ListBalancesRequest, context: Context
    ) -> wms_pb2.ListBalancesResponse:
        """A plant's stock, or an item's there, a page at a time."""
        policy.may_read([request.plant], "plant")
        plant, item_no = request.plant, request.item_no
        page = read_page(request.page, listing_of_balances(plant, item_no))
        cut = await self._desk.read(lambda books: list_balances(books, plant, item_no, page))
        balances = map(wire.write_balance, cut.rows)
        return wms_pb2.ListBalancesResponse(balances=balances, page=write_page(cut))

    async def ListMovements(  # noqa: N802 - named by the proto
        self, request: wms_pb2.ListMovementsRequest, context: Context
    ) -> wms_pb2.ListMovementsResponse:
        """A plant's movements, a page at a time."""
        policy.may_read([request.plant], "plant")
        page = read_page(request.page, listing_of_movements(request.plant))
        cut = await self._desk.read(lambda books: list_movements(books, request.plant, page))
        customers = policy.may_know_customers()
        movements = [wire.write_movement(row.movement, customers=customers) for row in cut.rows]
        return wms_pb2.ListMovementsResponse(movements=movements, page=write_page(cut))

    async def BatchGetMovements(  # noqa: N802 - named by the proto
        self, request: wms_pb2.BatchGetMovementsRequest, context: Context
    ) -> wms_pb2.BatchGetMovementsResponse:
        """Movements by reference, in the order asked for, each once."""
        policy.may_read([key.plant for key in request.keys], "keys[{}].plant")
        keys = list(dict.fromkeys(wire.read_reference(key) for key in request.keys))
        found = await self._desk.read(lambda books: books.movements.find(keys))
        customers, known = policy.may_know_customers(), [key for key in keys if key in found]
        return wms_pb2.BatchGetMovementsResponse(
            movements=[wire.write_movement(found[key], customers=customers) for key in known],
            missing=[wire.write_reference(key) for key in keys if key not in found],
        )

    async def RecountBalances(  # noqa: N802 - named by the proto
        self, request: wms_pb2.RecountBalancesRequest, context: Context
    ) -> wms_pb2.RecountBalancesResponse:
        """Fold some hundred lots anew."""
        policy.may_recount(repair=request.repair)
        after = Page.read(LISTING, 1, request.cursor).after
        with told_by(request.DESCRIPTOR.full_name):
            found = await self._desk.read(
                lambda books: recount_balances(
                    books, LotKey(*map(str, after)) if after else None, repair=request.repair
                )
            )
        return wire.write_recount(found)
