"""A service as every `__main__` assembles it: it consumes its own topic and has a lane."""

from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest

from services.kit.assembly import Assembly
from services.kit.backbone.envelope import Event
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.desk.payload import MessageJson
from services.kit.errors import InvalidError
from services.kit.lanes.outcome import Outside
from services.kit.lanes.systems import System
from services.kit.service import Service, run
from services.kit.settings import ServiceSettings
from tests.component.kit.lanes.memory import MemoryErp

TOPIC = Topic("plantmesh.works", partitions=2)


def connect(_: System) -> Outside:
    """To an outside system in memory."""
    return MemoryErp()


def subscriptions() -> Subscriptions:
    """Whatever is no topic of ours is refused."""
    found = Subscriptions()

    @found.on(SnapshotRequest)
    async def take(events: list[Event[SnapshotRequest]]) -> None:
        if any(event.data.topic == "bad" for event in events):
            raise InvalidError("no such topic", code="unknown_topic", field="topic")

    return found


async def compose(service: Service, settings: ServiceSettings) -> None:
    """In the order of the docstring of kit.assembly."""
    works = Assembly("works", service, settings, TOPIC, subscribers=("works",))
    works.consume(subscriptions(), [TOPIC])
    works.carry({"memory": connect}, lambda work, entries: None, MessageJson(SnapshotRequest))
    works.serve([])


if __name__ == "__main__":
    run("works", ServiceSettings(), compose)
