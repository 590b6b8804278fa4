"""The books of mes in PostgreSQL; each is used inside an open unit of work (kit.store)."""

from contextlib import AbstractAsyncContextManager

from services.kit.clock import Clock
from services.kit.copies.measures import CopiedMeasures
from services.kit.store import current_work
from services.mes import wire
from services.mes.ports import Books
from services.mes.store.confirmations import SqlConfirmations
from services.mes.store.facts import OutboxFacts
from services.mes.store.genealogy import SqlGenealogy
from services.mes.store.lots import SqlLots
from services.mes.store.meters import SqlMeters
from services.mes.store.operations import SqlOperations
from services.mes.store.orders import SqlOrders
from services.mes.store.people import SqlPeople
from services.mes.store.scopes import SqlScopes
from services.mes.store.traces import SqlTraces
from services.mes.store.uncounted import SqlUncounted


def open_books(clock: Clock) -> Books:
    """Whatever is done with them is part of the unit of work of the task that does it."""
    return Books(
        CopiedMeasures(wire.ITEMS, wire.LOTS),
        SqlOrders(),
        SqlConfirmations(),
        SqlLots(clock),
        SqlScopes(),
        SqlGenealogy(),
        SqlTraces(),
        SqlOperations(),
        OutboxFacts(),
        SqlMeters(),
        SqlUncounted(),
        _trial,
        clock,
        SqlPeople(),
    )


def _trial() -> AbstractAsyncContextManager[None]:
    return current_work().savepoint()
