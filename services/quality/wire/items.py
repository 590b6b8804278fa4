"""Items as reference tells of them, and whatever else a scope may name."""

from typing import Any

from plantmesh.mes.v1 import work_orders_pb2
from plantmesh.reference.v1 import records_pb2
from plantmesh.reference.v1 import reference_pb2 as _pb

from services.kit.copies import Kind
from services.kit.copies.measures import kind_of_items, kind_of_lots
from services.quality.domain import scope
from services.quality.domain.item import Item

ITEMS, LOTS = kind_of_items(_pb.Item), kind_of_lots(records_pb2.LotConversion)
EQUIPMENT = Kind(
    "equipment", _pb.Equipment, key=lambda one: one.path, version=lambda one: one.version
)
PARTIES = Kind("party", _pb.Party, key=lambda one: one.party_id, version=lambda one: one.version)
ORDERS = Kind(
    "order",
    work_orders_pb2.WorkOrder,
    key=lambda one: f"{one.plan.key.plant}/{one.plan.key.order_no}",
    version=lambda one: one.version,
)
NAMED: dict[scope.Kind, Kind[Any]] = {
    scope.Kind.ORDER: ORDERS,
    scope.Kind.ITEM: ITEMS,
    scope.Kind.EQUIPMENT: EQUIPMENT,
    scope.Kind.PARTY: PARTIES,
}
"""What is copied of each kind."""


def read_item(message: _pb.Item) -> Item:
    """What of it concerns quality."""
    return Item(message.item_no, message.inspection_on_production, message.version)
