"""Between stock and protobuf messages; the only place that spells both."""

from services.wms.wire.counts import (
    read_count_key,
    read_found,
    read_tolerance,
    write_count,
    write_counts,
)
from services.wms.wire.facts import write_facts
from services.wms.wire.items import ITEMS, LOTS
from services.wms.wire.keys import (
    read_holds,
    read_inherited,
    read_item_key,
    read_lot_key,
    read_order_key,
)
from services.wms.wire.movements import (
    read_movements,
    read_reference,
    write_movement,
    write_reference,
    write_results,
)
from services.wms.wire.reservations import (
    read_demands,
    read_reservation_key,
    write_reservation,
    write_reservation_key,
)
from services.wms.wire.scopes import read_scopes
from services.wms.wire.stock import (
    read_places,
    write_balance,
    write_items,
    write_lots,
    write_orders,
    write_recount,
)
from services.wms.wire.units import read_unit_commands, read_unit_orders, write_unit

__all__ = [
    "ITEMS",
    "LOTS",
    "read_count_key",
    "read_demands",
    "read_found",
    "read_holds",
    "read_inherited",
    "read_item_key",
    "read_lot_key",
    "read_movements",
    "read_order_key",
    "read_places",
    "read_reference",
    "read_reservation_key",
    "read_scopes",
    "read_tolerance",
    "read_unit_commands",
    "read_unit_orders",
    "write_balance",
    "write_count",
    "write_counts",
    "write_facts",
    "write_items",
    "write_lots",
    "write_movement",
    "write_orders",
    "write_recount",
    "write_reference",
    "write_reservation",
    "write_reservation_key",
    "write_results",
    "write_unit",
]
