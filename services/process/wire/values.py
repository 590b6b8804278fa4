"""Keys on the wire."""

from collections.abc import Iterable

from plantmesh.common.v1 import holds_pb2, keys_pb2

from services.process.domain.keys import LotKey, OrderKey

_BLOCK = "HOLD_BLOCK_"


def read_blocks(messages: "Iterable[holds_pb2.HoldBlock.ValueType]") -> tuple[str, ...]:
    """By name, without the prefix."""
    return tuple(holds_pb2.HoldBlock.Name(one).removeprefix(_BLOCK) for one in messages)


def write_blocks(names: Iterable[str]) -> "list[holds_pb2.HoldBlock.ValueType]":
    """What `read_blocks` read."""
    return [holds_pb2.HoldBlock.Value(f"{_BLOCK}{one}") for one in names]


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
