"""The process service's database: one repository a module, each used inside a unit of work."""

from services.kit.clock import Clock
from services.process.ports import Books
from services.process.store.closings import SqlClosings
from services.process.store.effects import SqlEffects
from services.process.store.facts import SqlFacts
from services.process.store.flows import SqlFlows
from services.process.store.holds import SqlHolds
from services.process.store.ledgers import SqlLedgers
from services.process.store.views import SqlViews


def sql_books(clock: Clock) -> Books:
    """All repositories; they work in whatever unit of work is open."""
    return Books(
        SqlFacts(clock),
        SqlFlows(),
        SqlLedgers(),
        SqlEffects(),
        SqlHolds(),
        SqlClosings(),
        SqlViews(),
    )
