"""Scopes of holds on the wire."""

from plantmesh.common.v1 import holds_pb2 as _pb

from services.kit.wire import read_day, read_instant, write_instant
from services.quality.domain.scope import (
    EquipmentScope,
    ItemScope,
    OrderScope,
    Scope,
    SupplierLotScope,
)


def read_scope(message: _pb.HoldScope) -> Scope:
    """Raises InvalidError naming the day or the time that is none."""
    match message.WhichOneof("kind"):
        case "order":
            return OrderScope(message.order.order_no)
        case "item":
            return _read_item(message.item)
        case "equipment":
            return _read_equipment(message.equipment)
        case _:
            return SupplierLotScope(message.supplier_lot.party, message.supplier_lot.supplier_lot)


def write_scope(scope: Scope) -> _pb.HoldScope:
    """As it was placed."""
    match scope:
        case OrderScope(order_no):
            return _pb.HoldScope(order=_pb.OrderScope(order_no=order_no))
        case ItemScope(item_no, first, last):
            days = {"first_day": first.isoformat(), "last_day": last.isoformat() if last else ""}
            return _pb.HoldScope(item=_pb.ItemScope(item_no=item_no, **days))
        case EquipmentScope(equipment, start, end):
            machine = _pb.EquipmentScope(
                equipment=equipment,
                starts_at=write_instant(start),
                ends_at=write_instant(end) if end else None,
            )
            return _pb.HoldScope(equipment=machine)
        case SupplierLotScope(party, supplier_lot):
            lot = _pb.SupplierLotScope(party=party, supplier_lot=supplier_lot)
            return _pb.HoldScope(supplier_lot=lot)


def _read_item(message: _pb.ItemScope) -> Scope:
    first = read_day(message.first_day, "scope.item.first_day")
    last = message.last_day and read_day(message.last_day, "scope.item.last_day")
    return ItemScope(message.item_no, first, last or None)


def _read_equipment(message: _pb.EquipmentScope) -> Scope:
    start = read_instant(message.starts_at, field="scope.equipment.starts_at")
    end = None
    if message.HasField("ends_at"):
        end = read_instant(message.ends_at, field="scope.equipment.ends_at")
    return EquipmentScope(message.equipment, start, end)
