"""Items as reference spells them."""

from collections.abc import Collection

from plantmesh.reference.v1 import reference_pb2 as _pb

from services.quality.domain.item import Item


def item_request(item_nos: Collection[str]) -> _pb.BatchGetItemsRequest:
    """Sorted, so that the same question looks the same."""
    return _pb.BatchGetItemsRequest(item_nos=sorted(item_nos))


def read_item(message: _pb.Item) -> Item:
    """What of it concerns quality."""
    return Item(message.item_no, message.inspection_on_production, message.version)
