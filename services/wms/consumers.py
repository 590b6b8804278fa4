"""What wms copies from reference: how goods are counted; and inherited holds, from mes."""

from plantmesh.mes.v1.events_pb2 import HoldsInherited

from services.kit.backbone.envelope import Event
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.copies import Copies
from services.kit.copies.measures import keep_measures
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
    found = Copies(store, REFERENCE, "wms", reference)
    keep_measures(found, reference)
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
