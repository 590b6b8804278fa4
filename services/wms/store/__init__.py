"""The books of wms in PostgreSQL; each is used inside an open unit of work (kit.store)."""

from services.kit.clock import Clock
from services.kit.copies.measures import CopiedMeasures
from services.wms import wire
from services.wms.ports import Books
from services.wms.store.balances import SqlBalances
from services.wms.store.counts import SqlCounts
from services.wms.store.facts import OutboxFacts
from services.wms.store.lots import SqlLots
from services.wms.store.movements import SqlMovements
from services.wms.store.reservations import SqlReservations
from services.wms.store.scopes import SqlScopes
from services.wms.store.units import SqlUnits


def open_books(clock: Clock) -> Books:
    """Whatever is done with them is part of the unit of work of the task that does it."""
    return Books(
        items=CopiedMeasures(wire.ITEMS, wire.LOTS),
        lots=SqlLots(),
        scopes=SqlScopes(),
        movements=SqlMovements(),
        balances=SqlBalances(),
        reservations=SqlReservations(),
        units=SqlUnits(),
        counts=SqlCounts(),
        facts=OutboxFacts(),
        clock=clock,
    )
