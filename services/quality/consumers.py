"""What quality copies from reference: items."""

from collections.abc import Iterable
from typing import Any

from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.events_pb2 import ItemChanged
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.kit.backbone.topic import Topic
from services.kit.copies import Copies
from services.kit.rpc.client import Peer
from services.kit.store import Store
from services.quality import wire

REFERENCE = Topic("plantmesh.reference")


def copies(store: Store, reference: Peer) -> Copies:
    """Kept by the consumer quality."""
    stub: Any = ReferenceServiceStub(reference.channel)

    async def items(numbers: list[str]) -> Iterable[pb.Item]:
        answer: pb.BatchGetItemsResponse = await stub.BatchGetItems(
            pb.BatchGetItemsRequest(item_nos=numbers)
        )
        return answer.items

    found = Copies(store, REFERENCE, "quality", reference)
    found.keep(wire.ITEMS, told_by=ItemChanged, carried=lambda event: event.item, ask=items)
    return found
