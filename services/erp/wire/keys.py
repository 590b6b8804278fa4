"""Keys, holds and times."""

from plantmesh.common.v1 import holds_pb2, keys_pb2

from services.erp.domain.hold import Hold
from services.erp.domain.keys import LotKey, OrderKey


def read_order_key(message: keys_pb2.OrderKey) -> OrderKey:
    """Raises InvalidError naming the part that cannot stand in a key."""
    return OrderKey(message.plant, message.order_no)


def write_order_key(key: OrderKey) -> keys_pb2.OrderKey:
    """As it is called everywhere."""
    return keys_pb2.OrderKey(plant=key.plant, order_no=key.order_no)


def read_hold(message: holds_pb2.LotHold) -> Hold:
    """One hold on one lot."""
    lot = LotKey(message.lot.plant, message.lot.item_no, message.lot.lot_no)
    return Hold(message.hold_no, lot, message.active, message.version)
