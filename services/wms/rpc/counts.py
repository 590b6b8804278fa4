"""Counts of stock over gRPC."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.wms.v1 import stock_counts_pb2 as pb
from plantmesh.wms.v1.stock_counts_pb2_grpc import StockCountServiceServicer

from services.kit.wire import read_instant, read_page, write_page
from services.wms import policy, wire
from services.wms.application.count_stock import (
    cancel_count,
    goods_found,
    list_counts,
    listing_of_counts,
    plan_count,
    post_count,
    record_count,
)
from services.wms.ports import Books
from services.wms.rpc.desk import Desk

Context = ServicerContext[Any, Any]


class StockCountServicer(StockCountServiceServicer):
    """StockCountService v1; see stock_counts.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def PlanStockCount(  # noqa: N802 - named by the proto
        self, request: pb.PlanStockCountRequest, context: Context
    ) -> pb.PlanStockCountResponse:
        """A new document."""
        principal = policy.may_move([request.key.plant], "key.plant")
        key, places = wire.read_count_key(request.key), wire.read_places(request.places, "places")
        tolerance = wire.read_tolerance(request.tolerance_percent)

        async def effect(books: Books) -> pb.PlanStockCountResponse:
            count = await plan_count(books, key, tolerance, places)
            return pb.PlanStockCountResponse(count=wire.write_count(count))

        return await self._desk.once(principal, request, effect)

    async def RecordStockCount(  # noqa: N802 - named by the proto
        self, request: pb.RecordStockCountRequest, context: Context
    ) -> pb.RecordStockCountResponse:
        """What was found."""
        principal = policy.may_move([request.key.plant], "key.plant")
        key, found = wire.read_count_key(request.key), wire.read_found(request.found)
        await self._desk.learn(goods_found(found))

        async def effect(books: Books) -> pb.RecordStockCountResponse:
            count = await record_count(books, key, found, principal.actor)
            return pb.RecordStockCountResponse(count=wire.write_count(count))

        return await self._desk.once(principal, request, effect)

    async def PostStockCount(  # noqa: N802 - named by the proto
        self, request: pb.PostStockCountRequest, context: Context
    ) -> pb.PostStockCountResponse:
        """The books follow."""
        principal = policy.may_move([request.key.plant], "key.plant")
        key = wire.read_count_key(request.key)
        at = read_instant(request.occurred_at, field="occurred_at")

        async def effect(books: Books) -> pb.PostStockCountResponse:
            count = await post_count(books, key, request.reason, at)
            return pb.PostStockCountResponse(count=wire.write_count(count))

        return await self._desk.once(principal, request, effect)

    async def CancelStockCount(  # noqa: N802 - named by the proto
        self, request: pb.CancelStockCountRequest, context: Context
    ) -> pb.CancelStockCountResponse:
        """Nothing of it is posted."""
        principal = policy.may_move([request.key.plant], "key.plant")
        key = wire.read_count_key(request.key)

        async def effect(books: Books) -> pb.CancelStockCountResponse:
            return pb.CancelStockCountResponse(
                count=wire.write_count(await cancel_count(books, key))
            )

        return await self._desk.once(principal, request, effect)

    async def BatchGetStockCounts(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetStockCountsRequest, context: Context
    ) -> pb.BatchGetStockCountsResponse:
        """By key, in the order asked for, each once."""
        policy.may_read([key.plant for key in request.keys], "keys[{}].plant")
        asked = {wire.read_count_key(key): key for key in request.keys}
        found = await self._desk.read(lambda books: books.counts.get(asked))
        return pb.BatchGetStockCountsResponse(
            counts=wire.write_counts(found[key] for key in asked if key in found),
            missing=[message for key, message in asked.items() if key not in found],
        )

    async def ListStockCounts(  # noqa: N802 - named by the proto
        self, request: pb.ListStockCountsRequest, context: Context
    ) -> pb.ListStockCountsResponse:
        """A page at a time."""
        policy.may_read([request.plant], "plant")
        page = read_page(request.page, listing_of_counts(request.plant))
        cut = await self._desk.read(lambda books: list_counts(books, request.plant, page))
        return pb.ListStockCountsResponse(counts=wire.write_counts(cut.rows), page=write_page(cut))
