"""Scopes as JSON, by the name of their kind."""

import msgspec

from services.quality.domain.scope import (
    EquipmentScope,
    ItemScope,
    OrderScope,
    Scope,
    SupplierLotScope,
)


class _Kept(msgspec.Struct, omit_defaults=True):
    """One of them is there."""

    order: OrderScope | None = None
    item: ItemScope | None = None
    equipment: EquipmentScope | None = None
    supplier_lot: SupplierLotScope | None = None


def write_scope(scope: Scope | None) -> str | None:
    """None of a hold on lots."""
    return None if scope is None else msgspec.json.encode(_keep(scope)).decode()


def read_scope(text: str | None) -> Scope | None:
    """What `write_scope` wrote."""
    if text is None:
        return None
    kept = msgspec.json.decode(text, type=_Kept)
    return kept.order or kept.item or kept.equipment or kept.supplier_lot


def _keep(scope: Scope) -> _Kept:
    match scope:
        case OrderScope():
            return _Kept(order=scope)
        case ItemScope():
            return _Kept(item=scope)
        case EquipmentScope():
            return _Kept(equipment=scope)
        case SupplierLotScope():
            return _Kept(supplier_lot=scope)
