"""Keys on the wire."""

from plantmesh.common.v1 import keys_pb2

from services.process.domain.keys import LotKey, OrderKey


def read_order(message: keys_pb2.OrderKey) -> OrderKey:
    """Its rules were checked at the border."""
    return OrderKey(message.plant, message.order_no)


def write_order(key: OrderKey) -> keys_pb2.OrderKey:
    """Plant and number."""
    return keys_pb2.OrderKey(plant=key.plant, order_no=key.order_no)


def read_lot(message: keys_pb2.LotKey) -> LotKey:
    """Its rules were checked at the border."""
    return LotKey(message.plant, message.item_no, message.lot_no)


def write_lot(key: LotKey) -> keys_pb2.LotKey:
    """Plant, item and number."""
    return keys_pb2.LotKey(plant=key.plant, item_no=key.item_no, lot_no=key.lot_no)
