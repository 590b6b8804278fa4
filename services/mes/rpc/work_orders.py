"""WorkOrderService over gRPC."""

from collections.abc import Collection, Iterable, Sequence

from plantmesh.mes.v1 import work_orders_pb2, work_orders_pb2_grpc

from services.kit.wire import read_page, write_page
from services.mes import policy, wire
from services.mes.application.command_work_orders import command_work_orders
from services.mes.application.confirm_operations import confirm_operations, goods_consumed
from services.mes.application.create_work_orders import create_work_orders, goods_of
from services.mes.application.find import (
    list_confirmations,
    list_orders,
    listing_of_confirmations,
    listing_of_orders,
    operators,
)
from services.mes.application.reverse_confirmations import reverse_confirmations
from services.mes.domain.confirmation import Booked
from services.mes.domain.order import WorkOrder
from services.mes.ports import Books
from services.mes.rpc.desk import Context, Desk


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
        await self._desk.learn(goods_of(dict(enumerate(plans))))

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
        await self._desk.learn(goods_consumed(reports))

        async def effect(books: Books) -> work_orders_pb2.ConfirmOperationsResponse:
            return wire.write_results(await confirm_operations(books, reports))

        return await self._desk.once(principal, request, effect)

    async def ReverseConfirmations(  # noqa: N802 - named by the proto
        self, request: work_orders_pb2.ReverseConfirmationsRequest, context: Context
    ) -> work_orders_pb2.ReverseConfirmationsResponse:
        """Take confirmations back."""
        plants = [one.reverses.order.plant for one in request.reversals]
        principal = policy.may_write(plants, "reversals[{}].reverses.order.plant")
        reversals = wire.read_reversals(request.reversals)

        async def effect(books: Books) -> work_orders_pb2.ReverseConfirmationsResponse:
            results = await reverse_confirmations(books, reversals, principal.actor)
            return work_orders_pb2.ReverseConfirmationsResponse(
                results=wire.write_results(results).results
            )

        return await self._desk.once(principal, request, effect)

    async def BatchGetConfirmations(  # noqa: N802 - named by the proto
        self, request: work_orders_pb2.BatchGetConfirmationsRequest, context: Context
    ) -> work_orders_pb2.BatchGetConfirmationsResponse:
        """Confirmations by order and number, in the order asked for."""
        policy.may_read([key.order.plant for key in request.keys], "keys[{}].order.plant")
        keys, named = wire.read_booked_keys(request.keys), policy.may_know_people()

        async def look(books: Books) -> work_orders_pb2.BatchGetConfirmationsResponse:
            found = await books.confirmations.numbered(keys)
            booked = [found[key] for key in keys if key in found]
            return work_orders_pb2.BatchGetConfirmationsResponse(
                confirmations=await _write_booked(books, booked, named=named),
                missing=[wire.write_booked_key(key) for key in keys if key not in found],
            )

        return await self._desk.read(look)

    async def ListConfirmations(  # noqa: N802 - named by the proto
        self, request: work_orders_pb2.ListConfirmationsRequest, context: Context
    ) -> work_orders_pb2.ListConfirmationsResponse:
        """An order's confirmations, a page at a time."""
        policy.may_read([request.order.plant], "order.plant")
        key, named = wire.read_order_key(request.order), policy.may_know_people()
        page = read_page(request.page, listing_of_confirmations(key))

        async def look(books: Books) -> work_orders_pb2.ListConfirmationsResponse:
            cut = await list_confirmations(books, key, page)
            return work_orders_pb2.ListConfirmationsResponse(
                confirmations=await _write_booked(books, cut.rows, named=named),
                page=write_page(cut),
            )

        return await self._desk.read(look)

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


async def _write(
    books: Books, orders: Collection[WorkOrder]
) -> Iterable[work_orders_pb2.WorkOrder]:
    return wire.write_orders(orders, await books.orders.holds([order.key for order in orders]))


async def _write_booked(
    books: Books, booked: Sequence[Booked], *, named: bool
) -> list[work_orders_pb2.BookedConfirmation]:
    orders = await books.orders.get({one.report.order for one in booked})
    names = await operators(books, booked) if named else {}
    return [
        wire.write_booked(one, orders[one.report.order].plan.item_no, names.get(one.report.key, ""))
        for one in booked
    ]
