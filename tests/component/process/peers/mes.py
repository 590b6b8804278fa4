"""The floor: orders, and what was made of what."""

from typing import Any

from plantmesh.common.v1 import keys_pb2
from plantmesh.mes.v1 import lots_pb2, lots_pb2_grpc, work_orders_pb2, work_orders_pb2_grpc

from tests.component.process.peers.book import Book, Lot, lot_of


class Orders(work_orders_pb2_grpc.WorkOrderServiceServicer):
    """Mes takes orders over."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.plans: list[work_orders_pb2.WorkOrderPlan] = []

    async def CreateWorkOrders(self, request: Any, context: Any) -> Any:  # noqa: N802
        """By order number."""

        def effect() -> work_orders_pb2.CreateWorkOrdersResponse:
            for plan in request.plans:
                if plan.key.order_no in self.book.refused:
                    raise self.book.refused[plan.key.order_no]
                self.book.order.append(plan.key.order_no)
                self.plans.append(plan)
            return work_orders_pb2.CreateWorkOrdersResponse()

        return await self.book.once("CreateWorkOrders", request, effect)

    async def CommandWorkOrders(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Close; once they are closed they have no other way to go."""

        def effect() -> work_orders_pb2.CommandWorkOrdersResponse:
            for one in request.commands:
                if f"close {one.key.order_no}" in self.book.refused:
                    raise self.book.refused[f"close {one.key.order_no}"]
                self.book.order.append(f"close {one.key.order_no} {one.last_confirmation_no}")
            return work_orders_pb2.CommandWorkOrdersResponse()

        return await self.book.once("CommandWorkOrders", request, effect)


class Lots(lots_pb2_grpc.LotServiceServicer):
    """Mes knows what was made of what."""

    def __init__(self, made: dict[Lot, set[Lot]]) -> None:
        self.made = made

    async def TraceLots(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Forward, each once."""
        found, ahead = set[Lot](), [lot_of(lot) for lot in request.lots]
        while ahead:
            lot = ahead.pop()
            if lot not in found:
                found.add(lot)
                ahead += self.made[lot]
        yield lots_pb2.TraceLotsResponse(
            lots=[
                lots_pb2.Lot(key=keys_pb2.LotKey(plant=p, item_no=i, lot_no=n))
                for p, i, n in sorted(found)
            ]
        )
