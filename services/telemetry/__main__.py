"""The process of telemetry."""

from collections.abc import AsyncIterator, Iterable

from google.protobuf.message import Message
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.telemetry.v1.equipment_pb2_grpc import add_EquipmentServiceServicer_to_server

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.service import Service, run
from services.kit.settings import ServiceSettings
from services.kit.store import Store
from services.telemetry import policy, rpc
from services.telemetry.graph import SCHEMA
from services.telemetry.ports import Books
from services.telemetry.store import open_books

TOPIC = Topic("plantmesh.telemetry")
SUBSCRIBERS = ("mes-telemetry",)


def registrations(store: Store, books: Books) -> list[Registration]:
    """Everything telemetry answers over gRPC."""

    def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        return rpc.state(books, lambda path: TOPIC.part_of(path) == partition)

    return [
        (add_EquipmentServiceServicer_to_server, rpc.EquipmentServicer(store, books)),
        (
            add_SnapshotServiceServicer_to_server,
            SnapshotServicer(store, TOPIC, state, policy.may_copy),
        ),
    ]


async def compose(service: Service, settings: ServiceSettings) -> None:
    """Relay, then the ports."""
    books = open_books(SystemClock())
    telemetry = Assembly("telemetry", service, settings, TOPIC, subscribers=SUBSCRIBERS)
    telemetry.serve(registrations(service.store, books), SCHEMA, books=books)


if __name__ == "__main__":
    run("telemetry", ServiceSettings(), compose)
