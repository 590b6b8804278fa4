"""Between domain values and protobuf messages; the only place that spells both."""

from services.erp.wire.commercial import write_commercial_event
from services.erp.wire.goods import (
    COSTS,
    ITEMS,
    LOTS,
    costs_scope,
    read_accounts,
    read_goods,
    read_valued,
)
from services.erp.wire.keys import read_holds, read_inherited, read_order_key, write_order_key
from services.erp.wire.master import CODES, PLANTS, codes_scope, read_codes, write_waiting
from services.erp.wire.orders import (
    write_order,
    write_order_event,
    write_order_page,
    write_orders,
)
from services.erp.wire.postings import (
    read_payload,
    read_posting,
    write_declined,
    write_payload,
    write_posting,
    write_record,
    write_settled,
    write_state,
)

__all__ = [
    "CODES",
    "COSTS",
    "ITEMS",
    "LOTS",
    "PLANTS",
    "codes_scope",
    "costs_scope",
    "read_accounts",
    "read_codes",
    "read_goods",
    "read_holds",
    "read_inherited",
    "read_order_key",
    "read_payload",
    "read_posting",
    "read_valued",
    "write_commercial_event",
    "write_declined",
    "write_order",
    "write_order_event",
    "write_order_key",
    "write_order_page",
    "write_orders",
    "write_payload",
    "write_posting",
    "write_record",
    "write_settled",
    "write_state",
    "write_waiting",
]
