"""The takeover of a plant's floor over gRPC."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from plantmesh.mes.v1 import load_pb2 as pb
from plantmesh.mes.v1.load_pb2_grpc import FloorLoadServiceServicer

from services.kit.access.principal import current_principal
from services.kit.audit import told_by
from services.kit.errors import InvalidError
from services.kit.loading import Kind, Sheet
from services.kit.loading.serve import answer, export, room
from services.kit.loading.upload import receive
from services.kit.store import Store
from services.mes import policy
from services.mes.application.open_genealogy import compare_genealogy, open_genealogy
from services.mes.application.open_lots import compare_lots, open_lots
from services.mes.application.open_orders import compare_orders, open_orders
from services.mes.domain.opening import Opens
from services.mes.ports import Books
from services.mes.ports.openings import Floor
from services.mes.rpc.desk import Context, Desk
from services.mes.wire.load import GENEALOGY, LOTS, ORDERS

T = TypeVar("T", bound=Opens)


class FloorLoadServicer(FloorLoadServiceServicer):
    """FloorLoadService v1; see load.proto."""

    def __init__(self, store: Store, desk: Desk, floor: Floor) -> None:
        self._store = store
        self._kinds = kinds(desk.books, floor)

    async def LoadFloor(  # noqa: N802 - named by the proto
        self, request_iterator: AsyncIterator[pb.LoadFloorRequest], context: Context
    ) -> pb.LoadFloorResponse:
        """A file of one kind."""
        policy.may_write([], "plant")
        with room() as file:
            first = await receive(request_iterator, file)
            kind = self._kind(first.kind)
            with told_by(first.DESCRIPTOR.full_name, "taken over"):
                report = await answer(self._store, kind, first.mode, file)
        return pb.LoadFloorResponse(report=report)

    async def ExportFloor(  # noqa: N802 - named by the proto
        self, request: pb.ExportFloorRequest, context: Context
    ) -> AsyncIterator[pb.ExportFloorResponse]:
        """What was loaded of a plant."""
        policy.may_read([request.plant], "plant")
        async for piece in export(self._store, self._kind(request.kind), request.plant):
            yield pb.ExportFloorResponse(content=piece)

    def _kind(self, number: int) -> Kind[Any]:
        if found := self._kinds.get(number):
            return found
        raise InvalidError("say what it is a file of", code="kind_required", field="kind")


def kinds(books: Books, floor: Floor) -> Mapping[int, Kind[Any]]:
    """How a file of each kind reads, and what it does."""
    return {
        pb.FLOOR_KIND_ORDERS: Kind(
            _guarded(ORDERS),
            partial(open_orders, books, floor),
            partial(compare_orders, books, floor),
            floor.orders.page,
        ),
        pb.FLOOR_KIND_LOTS: Kind(
            _guarded(LOTS),
            partial(open_lots, books, floor),
            partial(compare_lots, books, floor),
            floor.lots.page,
        ),
        pb.FLOOR_KIND_GENEALOGY: Kind(
            _guarded(GENEALOGY),
            lambda rows: open_genealogy(books, floor, rows, current_principal().actor),
            partial(compare_genealogy, books, floor),
            floor.edges.page,
        ),
    }


def _guarded(sheet: Sheet[T]) -> Sheet[T]:
    """Rows of other plants than the caller's are refused."""
    return replace(sheet, may=lambda row: policy.may_write([row.plant], "plant"))
