"""What erp copies from reference: plants, and what the ERPs' codes mean."""

from collections.abc import Iterable
from typing import Any

from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.events_pb2 import CodeDrafted, CodeMapped, CodeRetired, PlantChanged
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.erp import wire
from services.kit.backbone.topic import Topic
from services.kit.copies import Copies
from services.kit.rpc.client import Peer
from services.kit.store import Store

REFERENCE = Topic("plantmesh.reference")


def copies(store: Store, reference: Peer) -> Copies:
    """Kept by the consumer erp."""
    stub: Any = ReferenceServiceStub(reference.channel)

    async def plants(names: list[str]) -> Iterable[pb.Plant]:
        answer: pb.BatchGetPlantsResponse = await stub.BatchGetPlants(
            pb.BatchGetPlantsRequest(plants=names)
        )
        return answer.plants

    found = Copies(store, REFERENCE, "erp", reference)
    found.keep(wire.PLANTS, told_by=PlantChanged, carried=lambda event: event.plant, ask=plants)
    changes = (CodeDrafted, CodeMapped, CodeRetired)
    found.keep(wire.CODES, told_by=changes, carried=lambda event: event.mapping)
    return found
