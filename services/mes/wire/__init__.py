"""Between the floor's values and protobuf messages; the only place that spells both."""

from services.mes.wire.confirmations import (
    read_booked_keys,
    read_confirmations,
    read_reversals,
    write_booked,
    write_booked_key,
    write_confirmation,
    write_results,
)
from services.mes.wire.counts import read_attributions, read_look, write_uncounted
from services.mes.wire.facts import write_fact
from services.mes.wire.items import ITEMS, LOTS
from services.mes.wire.keys import read_lot_key, read_order_key, write_lot_key, write_order_key
from services.mes.wire.lots import read_direction, read_holds, write_family, write_lot, write_lots
from services.mes.wire.operations import read_lot_steps, read_operations, read_voids
from services.mes.wire.orders import read_plans, read_steps, write_order, write_orders
from services.mes.wire.scopes import read_scopes
from services.mes.wire.stock import read_arrived, read_moved, read_word
from services.mes.wire.traces import (
    read_starts,
    read_wish,
    write_history,
    write_inherited,
    write_recall,
)

__all__ = [
    "ITEMS",
    "LOTS",
    "read_arrived",
    "read_attributions",
    "read_booked_keys",
    "read_confirmations",
    "read_direction",
    "read_holds",
    "read_look",
    "read_lot_key",
    "read_lot_steps",
    "read_moved",
    "read_operations",
    "read_order_key",
    "read_plans",
    "read_reversals",
    "read_scopes",
    "read_starts",
    "read_steps",
    "read_voids",
    "read_wish",
    "read_word",
    "write_booked",
    "write_booked_key",
    "write_confirmation",
    "write_fact",
    "write_family",
    "write_history",
    "write_inherited",
    "write_lot",
    "write_lot_key",
    "write_lots",
    "write_order",
    "write_order_key",
    "write_orders",
    "write_recall",
    "write_results",
    "write_uncounted",
]
