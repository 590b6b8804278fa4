"""Stock."""

from typing import Any

from plantmesh.wms.v1 import wms_pb2, wms_pb2_grpc

from services.kit.errors import ConflictError
from tests.component.process.peers.book import Book, lot_of

HELD_MOVES = {wms_pb2.MOVEMENT_TYPE_RELEASE_FROM_QUALITY, wms_pb2.MOVEMENT_TYPE_ISSUE_TO_ORDER}


class Stock(wms_pb2_grpc.StockServiceServicer):
    """Wms moves stock, but not of a held lot."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.moved: list[wms_pb2.Movement] = []

    async def MoveStock(self, request: Any, context: Any) -> Any:  # noqa: N802
        """All or none."""

        def effect() -> wms_pb2.MoveStockResponse:
            for one in request.movements:
                if one.type in HELD_MOVES and self.book.held(lot_of(one.stock)):
                    raise ConflictError(f"lot {one.stock.lot_no} is held", code="lot_held")
            self.moved += self.book.take(request.movements)
            return wms_pb2.MoveStockResponse()

        return await self.book.once("MoveStock", request, effect)
