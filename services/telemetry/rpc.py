"""The gRPC face of telemetry. Refusals become status codes in kit.rpc."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from google.protobuf.message import Message
from grpc.aio import ServicerContext
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.telemetry.v1 import equipment_pb2 as pb
from plantmesh.telemetry.v1 import equipment_pb2_grpc

from services.kit.backbone.topic import Topic
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.store import Store
from services.kit.wire import read_page, write_page
from services.telemetry import policy, wire
from services.telemetry.application.find import find_machines, list_machines, listing_of_machines
from services.telemetry.application.snapshot import read_state
from services.telemetry.domain.look import plant_of
from services.telemetry.ports import Books

Context = ServicerContext[Any, Any]


class EquipmentServicer(equipment_pb2_grpc.EquipmentServiceServicer):
    """EquipmentService v1; see equipment.proto."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store = store
        self._books = books

    async def BatchGetEquipment(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetEquipmentRequest, context: Context
    ) -> pb.BatchGetEquipmentResponse:
        """Machines by path, in the order asked for."""
        policy.may_read([plant_of(path) for path in request.equipment], "equipment[{}]")
        paths = dict.fromkeys(request.equipment)
        async with self._store.work():
            found = await find_machines(self._books, paths)
        return pb.BatchGetEquipmentResponse(
            equipment=[wire.write_machine(found[path]) for path in paths if path in found]
        )

    async def ListEquipment(  # noqa: N802 - named by the proto
        self, request: pb.ListEquipmentRequest, context: Context
    ) -> pb.ListEquipmentResponse:
        """A plant's machines, a page at a time."""
        policy.may_read([request.plant], "plant")
        page = read_page(request.page, listing_of_machines(request.plant))
        async with self._store.work():
            cut = await list_machines(self._books, request.plant, page)
        return pb.ListEquipmentResponse(
            equipment=map(wire.write_machine, cut.rows), page=write_page(cut)
        )


def registrations(store: Store, topic: Topic, books: Books) -> list[Registration]:
    """Everything telemetry answers over gRPC."""

    async def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        async for part in read_state(books, lambda path: topic.part_of(path) == partition):
            yield [wire.write_fact(*told) for told in part]

    return [
        (
            equipment_pb2_grpc.add_EquipmentServiceServicer_to_server,
            EquipmentServicer(store, books),
        ),
        (
            add_SnapshotServiceServicer_to_server,
            SnapshotServicer(store, topic, state, policy.may_copy),
        ),
    ]
