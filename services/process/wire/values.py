"""Keys on the wire."""

from collections.abc import Iterable

from plantmesh.common.v1 import holds_pb2, keys_pb2
from plantmesh.erp.v1 import orders_pb2
from plantmesh.mes.v1 import work_orders_pb2

from services.process.domain.keys import LotKey, OrderKey

_BLOCK, _CONTROL, _NOTHING = "HOLD_BLOCK_", "OPERATION_CONTROL_", "UNSPECIFIED"


def read_blocks(messages: "Iterable[holds_pb2.HoldBlock.ValueType]") -> tuple[str, ...]:
    """By name, without the prefix."""
    return tuple(holds_pb2.HoldBlock.Name(one).removeprefix(_BLOCK) for one in messages)


def write_blocks(names: Iterable[str]) -> "list[holds_pb2.HoldBlock.ValueType]":
    """What `read_blocks` read."""
    return [holds_pb2.HoldBlock.Value(f"{_BLOCK}{one}") for one in names]


def read_control(value: "orders_pb2.OperationControl.ValueType") -> str:
    """What erp says of reporting an operation, by name; "" where it says nothing."""
    name = orders_pb2.OperationControl.Name(value).removeprefix(_CONTROL)
    return "" if name == _NOTHING else name


def write_control(name: str) -> "work_orders_pb2.OperationControl.ValueType":
    """The same for mes."""
    return work_orders_pb2.OperationControl.Value(f"{_CONTROL}{name or _NOTHING}")


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
