"""Keys, moments and names of states on the wire."""

from plantmesh.common.v1 import keys_pb2

from services.quality.domain.keys import LotKey


def read_lot_key(message: keys_pb2.LotKey) -> LotKey:
    """Its rules were checked at the border."""
    return LotKey(message.plant, message.item_no, message.lot_no)


def write_lot_key(key: LotKey) -> keys_pb2.LotKey:
    """Plant, item and number."""
    return keys_pb2.LotKey(plant=key.plant, item_no=key.item_no, lot_no=key.lot_no)
