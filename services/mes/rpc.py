"""The gRPC face of mes. Refusals become status codes in kit.rpc."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from google.protobuf.message import Message
from grpc.aio import ServicerContext
from plantmesh.common.v1 import holds_pb2, holds_pb2_grpc
from plantmesh.mes.v1 import lots_pb2, lots_pb2_grpc, work_orders_pb2, work_orders_pb2_grpc

from services.kit import commands
from services.kit.access.principal import Principal
from services.kit.clock import Clock
from services.kit.store import Store
from services.kit.wire import read_page, write_page
from services.mes import policy, wire
from services.mes.application.apply_holds import apply_holds
from services.mes.application.command_work_orders import command_work_orders
from services.mes.application.confirm_operations import confirm_operations, items_consumed
from services.mes.application.create_work_orders import create_work_orders, items_of
from services.mes.application.find import (
    list_lots,
    list_orders,
    listing_of_lots,
    listing_of_orders,
    lots_of_orders,
)
from services.mes.application.snapshot import read_state
from services.mes.application.trace import trace
from services.mes.domain.keys import OrderKey
from services.mes.domain.order import WorkOrder
from services.mes.ports import Books
from services.mes.store import open_books

Answer = TypeVar("Answer", bound=Message)
Seen = TypeVar("Seen")
Context = ServicerContext[Any, Any]
Learn = Callable[[Mapping[str, str]], Awaitable[None]]
"""Makes items known here before the unit of work, by the field that names each."""


class Desk:
    """What the servicers share: the store, and one way to read and one to change."""

    def __init__(self, store: Store, clock: Clock, learn: Learn) -> None:
        self.books = open_books(clock)
        self.learn = learn
        self._store = store

    async def once(
        self,
        principal: Principal,
        request: Any,
        effect: Callable[[Books], Awaitable[Answer]],
    ) -> Answer:
        """Change something, once for each idempotency key."""
        method, key = request.DESCRIPTOR.full_name, request.idempotency_key
        return await commands.once(
            self._store, principal, method, key, request, lambda: effect(self.books)
        )

    async def read(self, look: Callable[[Books], Awaitable[Seen]]) -> Seen:
        """Look at the books as they are now."""
        async with self._store.work():
            return await look(self.books)

    async def state(self, wanted: Callable[[OrderKey], bool]) -> AsyncIterator[Iterable[Message]]:
        """What a snapshot holds, as the events that would tell it; in the ambient unit of work."""
        async for part in read_state(self.books, wanted):
            yield [wire.write_fact(fact) for fact in part]


class WorkOrderServicer(work_orders_pb2_grpc.WorkOrderServiceServicer):
    """WorkOrderService v1; see work_orders.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def CreateWorkOrders(  # noqa: N802 - named by the proto
        self, request: work_orders_pb2.CreateWorkOrdersRequest, context: Context
    ) -> work_orders_pb2.CreateWorkOrdersResponse:
        """Take over released orders."""
        plants = [plan.key.plant for plan in request.plans]
        principal = policy.may_write(plants, "plans[{}].key.plant")
        plans = wire.read_plans(request.plans)
        await self._desk.learn(items_of(dict(enumerate(plans))))

        async def effect(books: Books) -> work_orders_pb2.CreateWorkOrdersResponse:
            orders = await create_work_orders(books, plans)
            return work_orders_pb2.CreateWorkOrdersResponse(orders=await _write(books, orders))

        return await self._desk.once(principal, request, effect)

    async def CommandWorkOrders(  # noqa: N802 - named by the proto
        self, request: work_orders_pb2.CommandWorkOrdersRequest, context: Context
    ) -> work_orders_pb2.CommandWorkOrdersResponse:
        """Move orders through their lifecycle."""
        plants = [command.key.plant for command in request.commands]
        principal = policy.may_write(plants, "commands[{}].key.plant")
        steps = wire.read_steps(request.commands)

        async def effect(books: Books) -> work_orders_pb2.CommandWorkOrdersResponse:
            orders = await command_work_orders(books, steps)
            return work_orders_pb2.CommandWorkOrdersResponse(orders=await _write(books, orders))

        return await self._desk.once(principal, request, effect)

    async def ConfirmOperations(  # noqa: N802 - named by the proto
        self, request: work_orders_pb2.ConfirmOperationsRequest, context: Context
    ) -> work_orders_pb2.ConfirmOperationsResponse:
        """Book what the floor reports."""
        plants = [report.order.plant for report in request.confirmations]
        principal = policy.may_write(plants, "confirmations[{}].order.plant")
        reports = wire.read_confirmations(request.confirmations)
        await self._desk.learn(items_consumed(reports))

        async def effect(books: Books) -> work_orders_pb2.ConfirmOperationsResponse:
            return wire.write_results(await confirm_operations(books, reports))

        return await self._desk.once(principal, request, effect)

    async def BatchGetWorkOrders(  # noqa: N802 - named by the proto
        self, request: work_orders_pb2.BatchGetWorkOrdersRequest, context: Context
    ) -> work_orders_pb2.BatchGetWorkOrdersResponse:
        """Orders by key, in the order asked for."""
        policy.may_read([key.plant for key in request.keys], "keys[{}].plant")
        keys = list(dict.fromkeys(wire.read_order_key(key) for key in request.keys))

        async def look(books: Books) -> work_orders_pb2.BatchGetWorkOrdersResponse:
            found = await books.orders.get(keys)
            orders = [found[key] for key in keys if key in found]
            missing = [wire.write_order_key(key) for key in keys if key not in found]
            return work_orders_pb2.BatchGetWorkOrdersResponse(
                orders=await _write(books, orders), missing=missing
            )

        return await self._desk.read(look)

    async def ListWorkOrders(  # noqa: N802 - named by the proto
        self, request: work_orders_pb2.ListWorkOrdersRequest, context: Context
    ) -> work_orders_pb2.ListWorkOrdersResponse:
        """A plant's orders, a page at a time."""
        policy.may_read([request.plant], "plant")
        page = read_page(request.page, listing_of_orders(request.plant))

        async def look(books: Books) -> work_orders_pb2.ListWorkOrdersResponse:
            cut = await list_orders(books, request.plant, page)
            return work_orders_pb2.ListWorkOrdersResponse(
                orders=await _write(books, cut.rows), page=write_page(cut)
            )

        return await self._desk.read(look)


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
        page = read_page(request.page, listing_of_lots(request.plant))

        async def look(books: Books) -> lots_pb2.ListLotsResponse:
            cut = await list_lots(books, request.plant, page)
            return lots_pb2.ListLotsResponse(lots=wire.write_lots(cut.rows), page=write_page(cut))

        return await self._desk.read(look)

    async def TraceLots(  # noqa: N802 - named by the proto
        self, request: lots_pb2.TraceLotsRequest, context: Context
    ) -> AsyncIterator[lots_pb2.TraceLotsResponse]:
        """Everything made of some lots, or all they were made of."""
        policy.may_read([lot.plant for lot in request.lots], "lots[{}].plant")
        start = {wire.read_lot_key(lot) for lot in request.lots}
        direction = wire.read_direction(request.direction)

        family = await self._desk.read(lambda books: trace(books, start, direction))
        for part in wire.write_family(family):
            yield part


class HoldEnforcementServicer(holds_pb2_grpc.HoldEnforcementServiceServicer):
    """HoldEnforcementService v1 on lots and what consumes them; see holds.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ApplyHolds(  # noqa: N802 - named by the proto
        self, request: holds_pb2.ApplyHoldsRequest, context: Context
    ) -> holds_pb2.ApplyHoldsResponse:
        """Apply or lift; from the answer on it holds."""
        plants = [hold.lot.plant for hold in request.holds]
        principal = policy.may_write(plants, "holds[{}].lot.plant")
        holds = wire.read_holds(request.holds)

        async def effect(books: Books) -> holds_pb2.ApplyHoldsResponse:
            return holds_pb2.ApplyHoldsResponse(hold_nos=await apply_holds(books, holds))

        return await self._desk.once(principal, request, effect)


async def _write(
    books: Books, orders: Collection[WorkOrder]
) -> Iterable[work_orders_pb2.WorkOrder]:
    return wire.write_orders(orders, await books.orders.holds([order.key for order in orders]))
