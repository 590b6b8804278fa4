"""SnapshotService of any owner of a topic: the state behind a partition, and its position."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from grpc.aio import ServicerContext
from plantmesh.common.v1 import snapshot_pb2 as pb
from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceServicer

from services.kit.backbone.snapshot import snapshot
from services.kit.backbone.topic import Topic
from services.kit.errors import InvalidError
from services.kit.store import Store

State = Callable[[int], AsyncIterator[Iterable[Message]]]
"""The state of a partition, a few hundred messages at a time, read in the ambient unit of work."""


class SnapshotServicer(SnapshotServiceServicer):
    """`authorise` raises for those who may not have it; see snapshot.proto."""

    def __init__(
        self, store: Store, topic: Topic, state: State, authorise: Callable[[], object]
    ) -> None:
        self._store = store
        self._topic = topic
        self._state = state
        self._authorise = authorise

    async def Snapshot(  # noqa: N802 - named by the proto
        self, request: pb.SnapshotRequest, context: ServicerContext[Any, Any]
    ) -> AsyncIterator[pb.SnapshotResponse]:
        """At least one part, also of an empty partition: its position is the news."""
        self._authorise()
        self._check(request)
        async with snapshot(self._store, self._topic, request.partition) as (position, _):
            place = pb.Position(incarnation=position.incarnation, n=position.n)
            yield pb.SnapshotResponse(position=place)
            async for part in self._state(request.partition):
                yield pb.SnapshotResponse(state=[_pack(one) for one in part], position=place)

    def _check(self, request: pb.SnapshotRequest) -> None:
        if request.topic != self._topic.name:
            raise InvalidError(
                f"{request.topic} is not ours",
                code="unknown_topic",
                field="topic",
                hint=f"we own {self._topic.name}",
            )
        if request.partition >= self._topic.partitions:
            raise InvalidError(
                f"{self._topic.name} has no partition {request.partition}",
                code="unknown_partition",
                field="partition",
                hint=f"0 to {self._topic.partitions - 1}",
            )


def _pack(message: Message) -> Packed:
    packed = Packed()
    packed.Pack(message)
    return packed
