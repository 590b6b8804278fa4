"""Items as reference tells of them."""

from plantmesh.reference.v1 import reference_pb2 as _pb

from services.kit.copies import Kind
from services.quality.domain.item import Item

ITEMS = Kind("item", _pb.Item, key=lambda item: item.item_no, version=lambda item: item.version)


def read_item(message: _pb.Item) -> Item:
    """What of it concerns quality."""
    return Item(message.item_no, message.inspection_on_production, message.version)
