"""Between quality's values and protobuf messages; the only place that spells both."""

from services.quality.wire.facts import write_fact
from services.quality.wire.holds import read_hold_orders, read_reports, write_hold, write_holds
from services.quality.wire.inspections import (
    read_decisions,
    read_steps,
    read_submissions,
    write_inspection,
    write_inspections,
    write_lot_quality,
    write_verdicts,
)
from services.quality.wire.items import EQUIPMENT, ITEMS, LOTS, NAMED, ORDERS, PARTIES, read_item
from services.quality.wire.keys import read_lot_key, write_lot_key
from services.quality.wire.lots import read_judgements, write_word
from services.quality.wire.results import read_results, write_result

__all__ = [
    "EQUIPMENT",
    "ITEMS",
    "LOTS",
    "NAMED",
    "ORDERS",
    "PARTIES",
    "read_decisions",
    "read_hold_orders",
    "read_item",
    "read_judgements",
    "read_lot_key",
    "read_reports",
    "read_results",
    "read_steps",
    "read_submissions",
    "write_fact",
    "write_hold",
    "write_holds",
    "write_inspection",
    "write_inspections",
    "write_lot_key",
    "write_lot_quality",
    "write_result",
    "write_verdicts",
    "write_word",
]
