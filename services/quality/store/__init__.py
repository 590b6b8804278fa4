"""The books of quality in PostgreSQL; each is used inside an open unit of work (kit.store)."""

from services.kit.clock import Clock
from services.kit.copies.measures import CopiedMeasures
from services.quality import wire
from services.quality.ports import Books
from services.quality.store.facts import OutboxFacts
from services.quality.store.holds import SqlHolds
from services.quality.store.inspections import SqlInspections
from services.quality.store.items import CopiedItems
from services.quality.store.lots import SqlLots
from services.quality.store.names import CopiedNames
from services.quality.store.results import SqlResults
from services.quality.store.submissions import SqlSubmissions


def open_books(clock: Clock) -> Books:
    """Whatever is done with them is part of the unit of work of the task that does it."""
    return Books(
        CopiedItems(),
        CopiedMeasures(wire.ITEMS, wire.LOTS),
        CopiedNames(),
        SqlSubmissions(),
        SqlInspections(clock),
        SqlResults(),
        SqlHolds(),
        SqlLots(clock),
        OutboxFacts(),
        clock,
    )
