"""The books of wms in PostgreSQL; each is used inside an open unit of work (kit.store)."""

from services.kit.clock import Clock
from services.wms.ports import Books
from services.wms.store.balances import SqlBalances
from services.wms.store.facts import OutboxFacts
from services.wms.store.items import CopiedItems
from services.wms.store.lots import SqlLots
from services.wms.store.movements import SqlMovements


def open_books(clock: Clock) -> Books:
    """Whatever is done with them is part of the unit of work of the task that does it."""
    return Books(
        CopiedItems(),
        SqlLots(),
        SqlMovements(),
        SqlBalances(),
        OutboxFacts(),
        clock,
    )
