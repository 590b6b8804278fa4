"""Keys, and the holds on lots; their rules were checked at the border."""

from collections.abc import Iterable

from plantmesh.common.v1 import holds_pb2, keys_pb2
from plantmesh.mes.v1 import events_pb2
from plantmesh.wms.v1 import wms_pb2 as pb

from services.kit.holds import wire
from services.wms.application.apply_holds import Inherited
from services.wms.domain.hold import Block, Hold
from services.wms.domain.keys import ItemKey, LotKey, OrderKey


def read_lot_key(message: keys_pb2.LotKey) -> LotKey:
    """A lot."""
    return LotKey(message.plant, message.item_no, message.lot_no)


def read_order_key(message: keys_pb2.OrderKey) -> OrderKey:
    """An order."""
    return OrderKey(message.plant, message.order_no)


def read_item_key(message: pb.ItemKey) -> ItemKey:
    """An item in a plant."""
    return ItemKey(message.plant, message.item_no)


def read_holds(messages: Iterable[holds_pb2.LotHold]) -> list[Hold]:
    """Holds as quality wants them."""
    return wire.read_holds(messages, Block, LotKey, Hold)


def read_inherited(message: events_pb2.HoldsInherited) -> list[Inherited]:
    """What mes tells of a lot that it made of held ones."""
    return [
        Inherited(
            read_lot_key(message.lot),
            read_lot_key(getattr(one, "from")),
            one.hold_no,
            one.version,
            frozenset(wire.read_blocks(one.blocks, Block)),
        )
        for one in message.holds
    ]
