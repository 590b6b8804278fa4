"""Opening stock over gRPC."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from grpc.aio import ServicerContext
from plantmesh.wms.v1 import load_pb2 as pb
from plantmesh.wms.v1.load_pb2_grpc import StockLoadServiceServicer

from services.kit.audit import told_by
from services.kit.loading import Kind
from services.kit.loading.serve import answer, export, room
from services.kit.loading.upload import receive
from services.kit.store import Store
from services.wms import policy
from services.wms.application.open_stock import compare_stock, goods_counted, open_stock
from services.wms.domain.opening import Counted
from services.wms.ports.openings import Openings
from services.wms.rpc.desk import Desk
from services.wms.wire.load import STOCK

Context = ServicerContext[Any, Any]


class StockLoadServicer(StockLoadServiceServicer):
    """StockLoadService v1; see load.proto."""

    def __init__(self, store: Store, desk: Desk, openings: Openings) -> None:
        self._store = store
        books = desk.books

        async def learn(rows: Sequence[Counted]) -> None:
            await desk.learn(goods_counted(rows))

        async def page(plant: str, after: Counted | None) -> Sequence[Counted]:
            found = await openings.page(plant, after.place if after else None)
            return [one.counted for one in found]

        self._kind = Kind(
            replace(STOCK, may=lambda row: policy.may_move([row.place.lot.plant], "plant")),
            lambda rows: open_stock(books, openings, rows),
            lambda rows: compare_stock(books, openings, rows),
            page,
            learn,
        )

    async def LoadStock(  # noqa: N802 - named by the proto
        self, request_iterator: AsyncIterator[pb.LoadStockRequest], context: Context
    ) -> pb.LoadStockResponse:
        """A file of counted stock."""
        policy.may_move([], "plant")
        with room() as file:
            first = await receive(request_iterator, file)
            with told_by(first.DESCRIPTOR.full_name, "opening balance"):
                report = await answer(self._store, self._kind, first.mode, file)
        return pb.LoadStockResponse(report=report)

    async def ExportStock(  # noqa: N802 - named by the proto
        self, request: pb.ExportStockRequest, context: Context
    ) -> AsyncIterator[pb.ExportStockResponse]:
        """What was loaded of a plant."""
        policy.may_read([request.plant], "plant")
        async for piece in export(self._store, self._kind, request.plant):
            yield pb.ExportStockResponse(content=piece)
