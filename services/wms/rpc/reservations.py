"""Reservations over gRPC."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.wms.v1 import reservations_pb2 as pb
from plantmesh.wms.v1.reservations_pb2_grpc import ReservationServiceServicer

from services.kit.wire import read_page, write_page
from services.wms import policy, wire
from services.wms.application.reserve_stock import (
    goods_reserved,
    list_reservations,
    listing_of_reservations,
    release_reservations,
    reserve_stock,
)
from services.wms.domain.demand import Demand
from services.wms.ports import Books
from services.wms.rpc.desk import Desk

Context = ServicerContext[Any, Any]


class ReservationServicer(ReservationServiceServicer):
    """ReservationService v1; see reservations.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ReserveStock(  # noqa: N802 - named by the proto
        self, request: pb.ReserveStockRequest, context: Context
    ) -> pb.ReserveStockResponse:
        """Promise stock, all or none."""
        plants = [one.key.plant for one in request.reservations]
        principal = policy.may_move(plants, "reservations[{}].key.plant")
        orders = wire.read_demands(request.reservations)
        await self._desk.learn(goods_reserved(orders))

        async def effect(books: Books) -> pb.ReserveStockResponse:
            made = await reserve_stock(books, orders)
            return pb.ReserveStockResponse(reservations=map(wire.write_reservation, made))

        return await self._desk.once(principal, request, effect)

    async def ReleaseReservations(  # noqa: N802 - named by the proto
        self, request: pb.ReleaseReservationsRequest, context: Context
    ) -> pb.ReleaseReservationsResponse:
        """Free what is left, all or none."""
        principal = policy.may_move([key.plant for key in request.keys], "keys[{}].plant")
        keys = list(dict.fromkeys(map(wire.read_reservation_key, request.keys)))

        async def effect(books: Books) -> pb.ReleaseReservationsResponse:
            found = await release_reservations(books, keys)
            return pb.ReleaseReservationsResponse(reservations=map(wire.write_reservation, found))

        return await self._desk.once(principal, request, effect)

    async def BatchGetReservations(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetReservationsRequest, context: Context
    ) -> pb.BatchGetReservationsResponse:
        """By key, in the order asked for, each once."""
        policy.may_read([key.plant for key in request.keys], "keys[{}].plant")
        keys = list(dict.fromkeys(map(wire.read_reservation_key, request.keys)))
        found = await self._desk.read(lambda books: books.reservations.look(keys))
        return pb.BatchGetReservationsResponse(
            reservations=[wire.write_reservation(found[key]) for key in keys if key in found],
            missing=[wire.write_reservation_key(key) for key in keys if key not in found],
        )

    async def ListReservations(  # noqa: N802 - named by the proto
        self, request: pb.ListReservationsRequest, context: Context
    ) -> pb.ListReservationsResponse:
        """A page at a time."""
        policy.may_read([request.plant], "plant")
        plant, demand = request.plant, Demand(request.order_no, request.delivery_no)
        page = read_page(request.page, listing_of_reservations(plant, demand))
        cut = await self._desk.read(lambda books: list_reservations(books, plant, demand, page))
        return pb.ListReservationsResponse(
            reservations=map(wire.write_reservation, cut.rows), page=write_page(cut)
        )
