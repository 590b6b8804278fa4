"""Keys, holds and times."""

from collections.abc import Iterable, Iterator

from plantmesh.common.v1 import holds_pb2, keys_pb2
from plantmesh.mes.v1 import events_pb2

from services.erp.domain.hold import EVERYTHING, Block, Hold
from services.erp.domain.keys import LotKey, OrderKey
from services.kit.holds import wire


def read_order_key(message: keys_pb2.OrderKey) -> OrderKey:
    """Raises InvalidError naming the part that cannot stand in a key."""
    return OrderKey(message.plant, message.order_no)


def write_order_key(key: OrderKey) -> keys_pb2.OrderKey:
    """As it is called everywhere."""
    return keys_pb2.OrderKey(plant=key.plant, order_no=key.order_no)


def read_holds(messages: Iterable[holds_pb2.LotHold]) -> list[Hold]:
    """Holds on lots, as quality wants them."""
    return wire.read_holds(messages, Block, LotKey, Hold)


def read_inherited(message: events_pb2.HoldsInherited) -> Iterator[Hold]:
    """What mes passed on to a lot that it made of held ones."""
    lot = LotKey(message.lot.plant, message.lot.item_no, message.lot.lot_no)
    for one in message.holds:
        blocks = frozenset(wire.read_blocks(one.blocks, Block)) or EVERYTHING
        yield Hold(one.hold_no, lot, active=True, version=one.version, blocks=blocks)
