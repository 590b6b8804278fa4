"""Keys, holds and times."""

from collections.abc import Iterable, Iterator

from plantmesh.common.v1 import holds_pb2, keys_pb2
from plantmesh.mes.v1 import events_pb2

from services.erp.domain.hold import EVERYTHING, Block, Hold
from services.erp.domain.keys import LotKey, OrderKey


def read_order_key(message: keys_pb2.OrderKey) -> OrderKey:
    """Raises InvalidError naming the part that cannot stand in a key."""
    return OrderKey(message.plant, message.order_no)


def write_order_key(key: OrderKey) -> keys_pb2.OrderKey:
    """As it is called everywhere."""
    return keys_pb2.OrderKey(plant=key.plant, order_no=key.order_no)


def read_hold(message: holds_pb2.LotHold) -> Hold:
    """One hold on one lot; one that names nothing blocks everything."""
    blocks = _read_blocks(message.blocks)
    return Hold(message.hold_no, _read_lot(message.lot), message.active, message.version, blocks)


def read_inherited(message: events_pb2.HoldsInherited) -> Iterator[Hold]:
    """What mes passed on to a lot that it made of held ones."""
    for one in message.holds:
        blocks, lot = _read_blocks(one.blocks), _read_lot(message.lot)
        yield Hold(one.hold_no, lot, active=True, version=one.version, blocks=blocks)


def _read_lot(message: keys_pb2.LotKey) -> LotKey:
    return LotKey(message.plant, message.item_no, message.lot_no)


def _read_blocks(values: "Iterable[holds_pb2.HoldBlock.ValueType]") -> frozenset[Block]:
    names = (holds_pb2.HoldBlock.Name(value).removeprefix("HOLD_BLOCK_") for value in values)
    return frozenset(Block[name] for name in names) or EVERYTHING
