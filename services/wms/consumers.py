"""What wms copies from reference: how goods are counted; and inherited holds, from mes."""

from collections.abc import Iterable
from typing import Any

from plantmesh.mes.v1.events_pb2 import HoldsInherited
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.events_pb2 import ItemChanged, LotConversionChanged
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.kit.backbone.envelope import Event
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.copies import Copies
from services.kit.rpc.client import Peer
from services.kit.store import Store
from services.wms import wire
from services.wms.application.apply_holds import inherit_holds
from services.wms.ports import Books

REFERENCE = Topic("plantmesh.reference")
MES = Topic("plantmesh.mes")
HOLDS = "wms holds"
"""The consumer of inherited holds; its cursors are its own, so that they never wait for items."""


def copies(store: Store, reference: Peer) -> Copies:
    """Kept by the consumer wms."""
    stub: Any = ReferenceServiceStub(reference.channel)

    async def items(numbers: list[str]) -> Iterable[pb.Item]:
        answer: pb.BatchGetItemsResponse = await stub.BatchGetItems(
            pb.BatchGetItemsRequest(item_nos=numbers)
        )
        return answer.items

    found = Copies(store, REFERENCE, "wms", reference)
    found.keep(wire.ITEMS, told_by=ItemChanged, carried=lambda event: event.item, ask=items)
    found.keep(wire.LOTS, told_by=LotConversionChanged, carried=lambda event: event.conversion)
    return found


def holds(books: Books) -> Subscriptions:
    """Lots that mes made of held ones are held here too, with the cursor.

    Process tells the same by ApplyHolds before the first yield moves; this holds also what no
    workflow carries: splits, merges, rework and whatever else mes is told directly.
    """
    found = Subscriptions()

    @found.on(HoldsInherited)
    async def inherit(events: list[Event[HoldsInherited]]) -> None:
        await inherit_holds(
            books, [one for event in events for one in wire.read_inherited(event.data)]
        )

    return found
