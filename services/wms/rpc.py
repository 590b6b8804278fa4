"""The gRPC face of wms. Refusals become status codes in kit.rpc."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable
from typing import Any

from google.protobuf.message import Message
from grpc.aio import ServicerContext
from plantmesh.common.v1 import holds_pb2, holds_pb2_grpc
from plantmesh.wms.v1 import wms_pb2, wms_pb2_grpc

from services.kit.rpc.clerk import Clerk, Learn
from services.kit.store import Store
from services.kit.wire import read_page, write_page
from services.wms import policy, wire
from services.wms.application.apply_holds import apply_holds
from services.wms.application.move_stock import items_moved, move_stock
from services.wms.application.read_stock import (
    list_balances,
    list_movements,
    listing_of_balances,
    listing_of_movements,
    read_state,
    stock_of_lots,
    stock_of_orders,
)
from services.wms.domain.keys import LotKey
from services.wms.ports import Books

Context = ServicerContext[Any, Any]


class Desk(Clerk[Books]):
    """The books, and what a snapshot of them holds.

    In `lenient` plants issues to orders may run ahead of receipts.
    """

    def __init__(
        self, store: Store, books: Books, learn: Learn, *, lenient: Collection[str] = ()
    ) -> None:
        super().__init__(store, books, learn)
        self.lenient = lenient

    async def state(self, wanted: Callable[[LotKey], bool]) -> AsyncIterator[Iterable[Message]]:
        """Balances; in the ambient unit of work."""
        async for part in read_state(self.books, wanted):
            yield wire.write_balances(part)


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
        movements = wire.read_movements(request.movements)
        await self._desk.learn(items_moved(movements))

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

    async def ListBalances(  # noqa: N802 - named by the proto
        self, request: wms_pb2.ListBalancesRequest, context: Context
    ) -> wms_pb2.ListBalancesResponse:
        """A plant's stock, or an item's there, a page at a time."""
        policy.may_read([request.plant], "plant")
        plant, item_no = request.plant, request.item_no
        page = read_page(request.page, listing_of_balances(plant, item_no))
        cut = await self._desk.read(lambda books: list_balances(books, plant, item_no, page))
        balances = wire.write_balances(cut.rows)
        return wms_pb2.ListBalancesResponse(balances=balances, page=write_page(cut))

    async def ListMovements(  # noqa: N802 - named by the proto
        self, request: wms_pb2.ListMovementsRequest, context: Context
    ) -> wms_pb2.ListMovementsResponse:
        """A plant's movements, a page at a time."""
        policy.may_read([request.plant], "plant")
        page = read_page(request.page, listing_of_movements(request.plant))
        cut = await self._desk.read(lambda books: list_movements(books, request.plant, page))
        movements = [wire.write_movement(row.movement) for row in cut.rows]
        return wms_pb2.ListMovementsResponse(movements=movements, page=write_page(cut))


class HoldEnforcementServicer(holds_pb2_grpc.HoldEnforcementServiceServicer):
    """HoldEnforcementService v1 on stock; see holds.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ApplyHolds(  # noqa: N802 - named by the proto
        self, request: holds_pb2.ApplyHoldsRequest, context: Context
    ) -> holds_pb2.ApplyHoldsResponse:
        """Apply or lift; from the answer on it holds."""
        plants = [hold.lot.plant for hold in request.holds]
        principal = policy.may_enforce(plants, "holds[{}].lot.plant")
        holds = wire.read_holds(request.holds)

        async def effect(books: Books) -> holds_pb2.ApplyHoldsResponse:
            return holds_pb2.ApplyHoldsResponse(hold_nos=await apply_holds(books, holds))

        return await self._desk.once(principal, request, effect)
