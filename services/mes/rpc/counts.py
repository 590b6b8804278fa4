"""CountService over gRPC."""

from plantmesh.mes.v1 import counts_pb2, counts_pb2_grpc

from services.kit.wire import read_page, write_page
from services.mes import policy, wire
from services.mes.application.attribute_counts import (
    attribute_counts,
    goods_of,
    list_uncounted,
    listing_of_uncounted,
)
from services.mes.ports import Books
from services.mes.rpc.desk import Context, Desk


class CountServicer(counts_pb2_grpc.CountServiceServicer):
    """CountService v1; see counts.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ListUncounted(  # noqa: N802 - named by the proto
        self, request: counts_pb2.ListUncountedRequest, context: Context
    ) -> counts_pb2.ListUncountedResponse:
        """What a plant could not book, a page at a time."""
        policy.may_read([request.plant], "plant")
        settled = request.with_settled
        page = read_page(request.page, listing_of_uncounted(request.plant, settled=settled))
        cut = await self._desk.read(
            lambda books: list_uncounted(books, request.plant, page, settled=settled)
        )
        return counts_pb2.ListUncountedResponse(
            differences=wire.write_uncounted(cut.rows), page=write_page(cut)
        )

    async def AttributeCounts(  # noqa: N802 - named by the proto
        self, request: counts_pb2.AttributeCountsRequest, context: Context
    ) -> counts_pb2.AttributeCountsResponse:
        """Book or dismiss."""
        principal = policy.may_write([request.plant], "plant")
        given = wire.read_attributions(request.attributions)
        ids = [one.id for one in given]
        consumed = await self._desk.read(lambda books: goods_of(books, request.plant, ids))
        await self._desk.learn(consumed)

        async def effect(books: Books) -> counts_pb2.AttributeCountsResponse:
            results = await attribute_counts(books, request.plant, given, principal.actor)
            return counts_pb2.AttributeCountsResponse(results=wire.write_results(results).results)

        return await self._desk.once(principal, request, effect)
