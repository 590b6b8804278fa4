"""The reference service's database; each part is used inside a unit of work."""

from typing import Any

from services.kit.clock import Clock
from services.reference.domain.master_data import PARTS
from services.reference.ports import Books
from services.reference.store.changes import SqlChanges
from services.reference.store.facts import OutboxFacts
from services.reference.store.gate import SqlGate
from services.reference.store.mappings import SqlMappings
from services.reference.store.queue import SqlQueue
from services.reference.store.records import SqlRecords

_TABLES = {
    "items": "item",
    "plants": "plant",
    "boms": "bill",
    "routings": "routing",
    "equipment": "equipment",
    "parties": "party",
    "locations": "location",
    "reasons": "reason",
    "lot_conversions": "lot_conversion",
    "standard_costs": "standard_cost",
}


def open_books(clock: Clock) -> Books:
    """Whatever is done with them is part of the unit of work of the task that does it."""
    records: dict[str, Any] = {
        part: SqlRecords(table, *PARTS[part]) for part, table in _TABLES.items()
    }
    return Books(
        **records,
        changes=SqlChanges(),
        code_mappings=SqlMappings(),
        queue=SqlQueue(),
        facts=OutboxFacts(),
        gate=SqlGate(),
        clock=clock,
    )
