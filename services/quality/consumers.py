"""Events of other services that quality follows."""

from plantmesh.reference.v1.events_pb2 import ItemChanged

from services.kit.backbone.envelope import Event
from services.kit.backbone.subscriptions import Subscriptions
from services.quality import wire
from services.quality.ports import Items


def subscriptions(items: Items) -> Subscriptions:
    """The copy of the item master stays fresh; the highest version counts, whatever the order."""
    found = Subscriptions()

    @found.on(ItemChanged)
    async def keep(events: list[Event[ItemChanged]]) -> None:
        await items.put([wire.read_item(event.data.item) for event in events])

    return found
