"""Keys, moments and names of states on the wire."""

from plantmesh.common.v1 import keys_pb2
from plantmesh.mes.v1 import work_orders_pb2

from services.mes.domain.keys import LotKey, OrderKey
from services.mes.domain.lifecycle import Lifecycle


def read_order_key(message: keys_pb2.OrderKey) -> OrderKey:
    """Its rules were checked at the border."""
    return OrderKey(message.plant, message.order_no)


def write_order_key(key: OrderKey) -> keys_pb2.OrderKey:
    """Plant and number."""
    return keys_pb2.OrderKey(plant=key.plant, order_no=key.order_no)


def read_lot_key(message: keys_pb2.LotKey) -> LotKey:
    """Its rules were checked at the border."""
    return LotKey(message.plant, message.item_no, message.lot_no)


def write_lot_key(key: LotKey) -> keys_pb2.LotKey:
    """Plant, item and number."""
    return keys_pb2.LotKey(plant=key.plant, item_no=key.item_no, lot_no=key.lot_no)


def write_lifecycle(state: Lifecycle) -> work_orders_pb2.Lifecycle.ValueType:
    """Where an order stands."""
    return work_orders_pb2.Lifecycle.Value(f"LIFECYCLE_{state.name}")


def bare(name: str) -> str:
    """COMMAND_MAKE_READY as the domain spells it."""
    return name.split("_", 1)[1]
